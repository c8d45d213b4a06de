package inspect

import (
	"encoding/binary"
	"image"
	"image/draw"
)

// turn is how a picture lies in its file: the value of EXIF's Orientation
// (CIPA DC-008, 4.6.5.1.6), which says where its first row and column belong.
type turn int

const (
	upsideUp  turn = 1
	mirrored  turn = 2
	upended   turn = 3
	flipped   turn = 4
	diagonal  turn = 5 // mirrored along the diagonal: rows become columns
	clockwise turn = 6 // to be turned a quarter clockwise
	crossed   turn = 7
	counter   turn = 8 // to be turned a quarter the other way
)

// turnOf reads Orientation from EXIF, which is a TIFF file without a picture;
// upsideUp for whatever it cannot read.
func turnOf(exif []byte) turn {
	const orientation, short, entrySize = 0x0112, 3, 12
	if len(exif) < 8 {
		return upsideUp
	}
	var order binary.ByteOrder = binary.BigEndian
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
	default:
		return upsideUp
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return upsideUp
	}
	count, list := order.Uint16(exif[at:]), exif[at+2:]
	for range count {
		if len(list) < entrySize {
			break
		}
		if order.Uint16(list) == orientation && order.Uint16(list[2:]) == short {
			if t := turn(order.Uint16(list[8:])); t >= upsideUp && t <= counter {
				return t
			}
			break
		}
		list = list[entrySize:]
	}
	return upsideUp
}

// sideways reports whether width and height change places.
func (t turn) sideways() bool { return t >= diagonal }

// from says which pixel of a picture of w × h shows at x, y once it is turned.
func (t turn) from(x, y, w, h int) (int, int) {
	switch t {
	case mirrored:
		return w - 1 - x, y
	case upended:
		return w - 1 - x, h - 1 - y
	case flipped:
		return x, h - 1 - y
	case diagonal:
		return y, x
	case clockwise:
		return y, h - 1 - x
	case crossed:
		return w - 1 - y, h - 1 - x
	case counter:
		return w - 1 - y, x
	}
	return x, y
}

// upright returns the picture as it is to be seen. The common kind, colour and
// brightness apart, is turned plane by plane, which keeps it as small as it is.
func upright(img image.Image, t turn) image.Image {
	if t == upsideUp {
		return img
	}
	if planes, ok := img.(*image.YCbCr); ok {
		if ratio, ok := turnedRatio(planes.SubsampleRatio, t); ok {
			return turnPlanes(planes, t, ratio)
		}
	}
	b := img.Bounds()
	flat := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Src)
	w, h := b.Dx(), b.Dy()
	out := image.NewNRGBA(turnedRect(w, h, t))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			fx, fy := t.from(x, y, w, h)
			copy(out.Pix[y*out.Stride+4*x:][:4], flat.Pix[fy*flat.Stride+4*fx:])
		}
	}
	return out
}

func turnedRect(w, h int, t turn) image.Rectangle {
	if t.sideways() {
		w, h = h, w
	}
	return image.Rect(0, 0, w, h)
}

// turnedRatio is how densely the colours of a turned picture are sampled; not
// ok for the rare densities that have no counterpart on the side.
func turnedRatio(ratio image.YCbCrSubsampleRatio, t turn) (image.YCbCrSubsampleRatio, bool) {
	switch ratio {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420:
		return ratio, true
	case image.YCbCrSubsampleRatio422:
		if t.sideways() {
			return image.YCbCrSubsampleRatio440, true
		}
		return ratio, true
	case image.YCbCrSubsampleRatio440:
		if t.sideways() {
			return image.YCbCrSubsampleRatio422, true
		}
		return ratio, true
	}
	return ratio, !t.sideways()
}

func turnPlanes(in *image.YCbCr, t turn, ratio image.YCbCrSubsampleRatio) image.Image {
	b := in.Rect
	out := image.NewYCbCr(turnedRect(b.Dx(), b.Dy(), t), ratio)
	luma := plane{in.Y[in.YOffset(b.Min.X, b.Min.Y):], in.YStride, b.Dx(), b.Dy()}
	luma.turn(plane{out.Y, out.YStride, out.Rect.Dx(), out.Rect.Dy()}, t)
	// What a turned plane measures is known from the output.
	cw, ch := out.CStride, len(out.Cb)/out.CStride
	if t.sideways() {
		cw, ch = ch, cw
	}
	at := in.COffset(b.Min.X, b.Min.Y)
	to := plane{nil, out.CStride, out.CStride, len(out.Cb) / out.CStride}
	for _, colour := range []struct{ in, out []byte }{{in.Cb[at:], out.Cb}, {in.Cr[at:], out.Cr}} {
		to.pix = colour.out
		plane{colour.in, in.CStride, cw, ch}.turn(to, t)
	}
	return out
}

// plane is one byte a point.
type plane struct {
	pix           []byte
	stride        int
	width, height int
}

func (p plane) turn(to plane, t turn) {
	for y := range to.height {
		row := to.pix[y*to.stride:][:to.width]
		for x := range row {
			fx, fy := t.from(x, y, p.width, p.height)
			row[x] = p.pix[fy*p.stride+fx]
		}
	}
}
