package inspect

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/draw"

	"helphub/internal/document"
)

// ThumbnailSide is how wide or high a thumbnail is at most, in pixels: twice
// what a page shows, for fine screens.
const ThumbnailSide = 320

// Thumbnail writes a picture again, as the kind it is, at most side pixels a
// side; one that is smaller keeps its size. It is for what Take has let through
// and a store has kept, and holds it to the same bounds again: what lies in a
// store may have been put there by something else. Refuses with the faults of
// internal/document.
func (in *Inspector) Thumbnail(ctx context.Context, picture io.ReadSeeker, kind document.Kind, side int, w io.Writer) error {
	size, err := picture.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("make thumbnail: %w", err)
	}
	if !kind.Previewable() {
		return document.ErrKind
	}
	s := &source{ctx: ctx, r: seeking{picture}, size: size}
	if err := s.judged(in.thumbnail(s, kind, side, w)); err != nil {
		return fmt.Errorf("make thumbnail: %w", err)
	}
	return nil
}

func (in *Inspector) thumbnail(s *source, kind document.Kind, side int, w io.Writer) error {
	if _, err := formats[kind].bound(s); err != nil {
		return err
	}
	release, err := in.acquire(s.ctx)
	if err != nil {
		s.err = err
		return err
	}
	defer release()
	img, err := decode(formats[kind], s)
	if err != nil {
		return err
	}
	return encode(w, scaled(img, side), kind)
}

// scaled returns a picture of at most side pixels a side, each the average of
// the ones it stands for.
func scaled(img image.Image, side int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > side {
		w, h = max(w*side/longest, 1), max(h*side/longest, 1)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(out, out.Rect, img, b, draw.Src, nil)
	return out
}

// pictureOf tells the kind of a picture from its first bytes; empty for none.
func pictureOf(head []byte) document.Kind {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return document.PNG
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return document.JPEG
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return document.WebP
	}
	return ""
}

// seeking reads at an offset by going there. Only one reads at a time.
type seeking struct{ r io.ReadSeeker }

func (s seeking) ReadAt(p []byte, off int64) (int, error) {
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}
