package codec

// readSPS reads the picture's size from a sequence parameter set (H.264 §7.3.2.1.1). The first byte is the NAL header.
func readSPS(nal []byte) (width, height uint16, ok bool) {
	r := bits{data: nal, at: 8}
	profile := r.read(8)
	r.read(16) // constraint flags and level
	r.golomb() // seq_parameter_set_id
	chroma := uint32(1)
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		chroma = r.chroma()
	}
	r.golomb() // log2_max_frame_num_minus4
	r.pictureOrder()
	r.golomb() // max_num_ref_frames
	r.read(1)  // gaps_in_frame_num_value_allowed_flag
	w := (r.golomb() + 1) * 16
	mapUnits := r.golomb() + 1
	frames := r.read(1) // frame_mbs_only_flag
	h := mapUnits * 16 * (2 - frames)
	if frames == 0 {
		r.read(1) // mb_adaptive_frame_field_flag
	}
	r.read(1) // direct_8x8_inference_flag
	if r.read(1) == 1 {
		left, right, top, bottom := r.golomb(), r.golomb(), r.golomb(), r.golomb()
		unitX, unitY := cropUnits(chroma, frames)
		w -= (left + right) * unitX
		h -= (top + bottom) * unitY
	}
	if r.failed || w == 0 || h == 0 || w > 1<<14 || h > 1<<14 {
		return 0, 0, false
	}
	return uint16(w), uint16(h), true
}

// cropUnits gives the pixels that one unit of cropping takes (H.264 §7.4.2.1.1, equations 7-19 to 7-22).
func cropUnits(chroma, frames uint32) (x, y uint32) {
	x, y = 1, 2-frames
	if chroma == 1 || chroma == 2 {
		x = 2
	}
	if chroma == 1 {
		y *= 2
	}
	return x, y
}

// chroma reads the fields that only the high profiles have, and gives chroma_format_idc.
func (r *bits) chroma() uint32 {
	format := r.golomb()
	if format == 3 {
		r.read(1) // separate_colour_plane_flag
	}
	r.golomb() // bit_depth_luma_minus8
	r.golomb() // bit_depth_chroma_minus8
	r.read(1)  // qpprime_y_zero_transform_bypass_flag
	if r.read(1) == 1 {
		r.failed = true // scaling matrices: no real-time encoder writes them, and the size is only a hint
	}
	return format
}

// pictureOrder skips the fields of the picture order count.
func (r *bits) pictureOrder() {
	switch r.golomb() {
	case 0:
		r.golomb() // log2_max_pic_order_cnt_lsb_minus4
	case 1:
		r.read(1)
		r.golomb()
		r.golomb()
		n := r.golomb()
		for ; n > 0 && !r.failed; n-- {
			r.golomb()
		}
	}
}

// bits reads a NAL unit bit by bit, leaving out the emulation prevention bytes (H.264 §7.4.1).
type bits struct {
	data   []byte
	at     int // in bits
	failed bool
}

// read gives the next n ≤ 16 bits.
func (r *bits) read(n int) (value uint32) {
	for range n {
		i := r.at / 8
		if r.at%8 == 0 && i >= 2 && i < len(r.data) && r.data[i] == 3 && r.data[i-1] == 0 && r.data[i-2] == 0 {
			r.at += 8
			i++
		}
		if i >= len(r.data) {
			r.failed = true
			return 0
		}
		value = value<<1 | uint32(r.data[i]>>(7-r.at%8)&1)
		r.at++
	}
	return value
}

// golomb reads an unsigned Exp-Golomb number (H.264 §9.1) below 2^16; larger ones make no sense in what we read.
func (r *bits) golomb() uint32 {
	zeros := 0
	for r.read(1) == 0 {
		if zeros++; r.failed || zeros > 16 {
			r.failed = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.read(zeros)
}
