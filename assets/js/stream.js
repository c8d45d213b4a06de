// stream: when the page's line to the server begins again at once instead of
// after the wait between two tries, and that a page which is left gives it up.
const stream = document.getElementById("live");
let connection;
let asking; // the request for a stream, until it is answered
let left = false;
let hurry = false; // the next try comes at once

if (stream) {
  stream.addEventListener("htmx:before:request", (event) => {
    asking = event.detail.ctx.request;
    if (left) event.preventDefault();
  });
  stream.addEventListener("htmx:sse:before:connection", ({ detail }) => {
    connection = detail.connection;
    if (!hurry) return;
    hurry = false;
    // The wait begins after this event
    setTimeout(() => connection?.delayCanceller?.());
  });
  stream.addEventListener("htmx:sse:after:connection", () => (asking = undefined));
  stream.addEventListener("htmx:sse:close", () => (connection = undefined));
}

// Who looks again should not wait for what others did meanwhile
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && connection && !connection.reader) hurry = true;
});

// After a time without a network the stream may hang without a word, or be back
// already: a new one says which
window.addEventListener("online", () => {
  hurry = true;
  connection?.reader?.cancel();
  connection?.delayCanceller?.();
});

// A page that rests in the browser's memory would keep a stream that is only
// just opening, and there are six connections for all pages together
window.addEventListener("pagehide", () => {
  left = true;
  asking?.abort();
  if (!connection?.reader) connection?.abortController.abort();
});
window.addEventListener("pageshow", ({ persisted }) => {
  left = false;
  if (persisted && stream && !connection) htmx.ajax("GET", stream.getAttribute("hx-sse:connect"), { source: stream });
});
