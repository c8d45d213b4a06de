// toast: short notices at the edge of the screen.
