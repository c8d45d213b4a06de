package inspect

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"helphub/internal/document"
)

// How large a picture may be. The camera of a phone makes 12 to 50 million
// pixels; a page scanned at 600 dpi has 35 million.
const (
	MaxSide   = 12_000     // pixels
	MaxPixels = 40_000_000 // in all
	// maxDecoded is what a picture may take in memory while it is decoded, in
	// bytes: MaxPixels in 16 bits a colour. Progressive JPEG in full colour takes
	// more than its pixels, and is held to fewer of them.
	maxDecoded = 8 * MaxPixels
	// maxScans is how often a JPEG may go over its pixels: encoders do it some
	// ten times, and each time costs as much as decoding anew.
	maxScans = 64
)

// quality of JPEG, from 1 to 100: what is encoded a second time should not
// show it.
const quality = 90

// format is one way pictures come in.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// survey reads what the configuration does not tell.
	survey func(*source) (survey, error)
}

// survey is what is read of a picture besides its size.
type survey struct {
	turn    turn  // how it has to be turned to stand upright
	decoded int64 // bytes that a pixel takes while decoding, times 100; 0 = by colours
}

var formats = map[document.Kind]format{
	document.PNG:  {png.DecodeConfig, png.Decode, surveyPNG},
	document.JPEG: {jpeg.DecodeConfig, jpeg.Decode, surveyJPEG},
	document.WebP: {webp.DecodeConfig, webp.Decode, surveyWebP},
}

// recode decodes a picture within the bounds, turns it upright, and writes it
// anew without anything that is not seen: no EXIF, no place, no colour profile,
// no thumbnail of before, no bytes at the end. It returns what it was written
// as: JPEG stays JPEG and PNG stays PNG; WebP becomes JPEG, or PNG if it is
// translucent.
func (in *Inspector) recode(s *source, kind document.Kind, w io.Writer) (document.Kind, error) {
	head, err := s.head(headSize)
	if err != nil {
		return "", err
	}
	if pictureOf(head) != kind {
		return "", document.ErrContent
	}
	seen, err := formats[kind].bound(s)
	if err != nil {
		return "", err
	}
	release, err := in.acquire(s.ctx)
	if err != nil {
		s.err = err
		return "", err
	}
	defer release()
	img, err := decode(formats[kind], s)
	if err != nil {
		return "", err
	}
	img = upright(img, seen.turn)
	if kind == document.WebP {
		kind = document.PNG
		if opaque(img) {
			kind = document.JPEG
		}
	}
	return kind, encode(w, img, kind)
}

// acquire waits for the place in memory that one picture at a time has.
func (in *Inspector) acquire(ctx context.Context) (release func(), err error) {
	select {
	case in.pictures <- struct{}{}:
		return func() { <-in.pictures }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bound refuses a picture that would be too large in memory, before it is.
func (f format) bound(s *source) (survey, error) {
	config, err := f.config(bufio.NewReader(s.section(0)))
	if err != nil {
		return survey{}, err
	}
	tooMany := document.ErrPixels.With("side", MaxSide, "million", MaxPixels/1_000_000)
	pixels := int64(config.Width) * int64(config.Height)
	switch {
	case config.Width < 1 || config.Height < 1:
		return survey{}, document.ErrBroken
	case config.Width > MaxSide || config.Height > MaxSide || pixels > MaxPixels:
		return survey{}, tooMany
	}
	seen, err := f.survey(s)
	if err != nil {
		return survey{}, err
	}
	if seen.decoded == 0 {
		seen.decoded = 100 * bytesOf(config.ColorModel)
		if seen.turn != upsideUp {
			seen.decoded *= 3 // all of it flat, and all of it turned
		}
	}
	if pixels*seen.decoded/100 > maxDecoded {
		return survey{}, tooMany
	}
	return seen, nil
}

// bytesOf is what a pixel takes in memory.
func bytesOf(model color.Model) int64 {
	switch model {
	case color.NRGBA64Model, color.RGBA64Model:
		return 8
	}
	return 4
}

// decode reads the pixels. Decoders have panicked on crafted files before, ours
// and others': a file that makes one panic is a broken file.
func decode(f format, s *source) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("decoder panicked: %v", p)
		}
	}()
	return f.decode(bufio.NewReaderSize(s.section(0), 64<<10))
}

// encode writes a picture as one of the two kinds that we keep.
func encode(w io.Writer, img image.Image, kind document.Kind) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	var err error
	if kind == document.JPEG {
		err = jpeg.Encode(buffered, img, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(buffered, img)
	}
	if err = errors.Join(err, buffered.Flush()); err != nil {
		return fmt.Errorf("encode picture: %w", err)
	}
	return nil
}

func opaque(img image.Image) bool {
	asked, ok := img.(interface{ Opaque() bool })
	return ok && asked.Opaque()
}
