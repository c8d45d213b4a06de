package inspect

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"helphub/internal/document"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markBaseline    = 0xc0
	markProgressive = 0xc2
	markRestart     = 0xd0 // to 0xd7
	markBegin       = 0xd8
	markEnd         = 0xd9
	markScan        = 0xda
	markEXIF        = 0xe1
)

var exifHead = []byte("Exif\x00\x00")

// surveyJPEG walks from marker to marker as the decoder will, and counts what
// decoding will cost.
func surveyJPEG(s *source) (survey, error) {
	r := bufio.NewReaderSize(s.section(0), 64<<10)
	seen := survey{turn: upsideUp}
	scans := 0
	for {
		mark, err := nextMarker(r)
		if errors.Is(err, io.EOF) || mark == markEnd {
			return seen, nil // the decoder says whether that was all
		}
		if err != nil {
			return seen, err
		}
		if mark >= markRestart && mark <= markBegin || mark == 0x01 {
			continue // without a length
		}
		if mark == markScan {
			if scans++; scans > maxScans {
				return seen, document.ErrBomb
			}
		}
		if err := seen.readSegment(r, mark); err != nil {
			return seen, err
		}
	}
}

// nextMarker passes over pixels to the next marker: in them 0xff is followed by
// zero.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		if _, err := r.ReadSlice(0xff); err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			return 0, err
		}
		b, err := r.ReadByte()
		for b == 0xff && err == nil { // fill bytes
			b, err = r.ReadByte()
		}
		if err != nil || b != 0 {
			return b, err
		}
	}
}

// readSegment reads what belongs to a marker.
func (v *survey) readSegment(r *bufio.Reader, mark byte) error {
	var raw [2]byte
	if _, err := io.ReadFull(r, raw[:]); err != nil {
		return err
	}
	length := int(binary.BigEndian.Uint16(raw[:])) - len(raw)
	if length < 0 {
		return document.ErrBroken
	}
	switch mark {
	case markEXIF:
		data := make([]byte, length)
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		if exif, ok := bytes.CutPrefix(data, exifHead); ok && v.turn == upsideUp {
			v.turn = turnOf(exif)
		}
		return nil
	case markBaseline, markBaseline + 1, markProgressive:
		data := make([]byte, length)
		if _, err := io.ReadFull(r, data); err != nil {
			return err
		}
		v.decoded = jpegCost(data, mark == markProgressive)
		return nil
	}
	_, err := r.Discard(length)
	return err
}

// jpegCost is how many bytes a hundred pixels take while decoding: one for each
// sample, and for each sample of a progressive file the four of its
// coefficient. The frame's header lists how densely each colour is sampled
// (T.81, B.2.2); it is checked by the decoder.
func jpegCost(frame []byte, progressive bool) int64 {
	const fixed, each = 6, 3
	var dense, most int64
	for i := fixed; i+each <= len(frame); i += each {
		area := int64(frame[i+1]>>4) * int64(frame[i+1]&15)
		dense += area
		most = max(most, area)
	}
	if most == 0 {
		return 0
	}
	cost := 100 * dense / most
	if progressive {
		cost *= 5
	}
	return max(cost, 400) // it may be turned in four bytes a pixel
}

// maxChunks is how many chunks of a PNG or WebP are looked at for EXIF.
const maxChunks = 10_000

// surveyPNG looks for EXIF among the chunks (PNG, third edition, 11.3.4.5).
func surveyPNG(s *source) (survey, error) {
	const signature, around = 8, 12 // length, type and sum around a chunk's data
	seen := survey{turn: upsideUp}
	at := int64(signature)
	for range maxChunks {
		head, err := s.part(at, min(8, s.size-at))
		if err != nil || len(head) < 8 {
			return seen, err
		}
		length := int64(binary.BigEndian.Uint32(head))
		if string(head[4:]) == "eXIf" {
			return seen.exif(s, at+8, length)
		}
		if at += around + length; at >= s.size {
			break
		}
	}
	return seen, nil
}

// surveyWebP looks for EXIF among the chunks (RFC 9649, 2.7.1.5).
func surveyWebP(s *source) (survey, error) {
	seen := survey{turn: upsideUp}
	at := int64(12) // behind RIFF, its size, and WEBP
	for range maxChunks {
		head, err := s.part(at, min(8, s.size-at))
		if err != nil || len(head) < 8 {
			return seen, err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) == "EXIF" {
			return seen.exif(s, at+8, length)
		}
		if at += 8 + length + length&1; at >= s.size {
			break
		}
	}
	return seen, nil
}

// exif reads the turn from EXIF that lies at an offset.
func (v survey) exif(s *source, at, length int64) (survey, error) {
	if length > 64<<10 || at >= s.size {
		return v, nil // larger than EXIF can be
	}
	data, err := s.part(at, length)
	if err != nil {
		return v, err
	}
	v.turn = turnOf(bytes.TrimPrefix(data, exifHead))
	return v, nil
}
