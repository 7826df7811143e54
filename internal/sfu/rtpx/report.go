package rtpx

import "encoding/binary"

// appendControl appends the header of an RTCP packet whose body is bytes long, a multiple of four (RFC 3550 §6.4.1).
func appendControl(dst []byte, packetType, count uint8, bytes int) []byte {
	dst = append(dst, 2<<6|count, packetType)
	return binary.BigEndian.AppendUint16(dst, uint16(bytes/4))
}

// AppendSenderReport appends an SR without report blocks (RFC 3550 §6.4.1). Put AppendCNAME after it (§6.1).
func AppendSenderReport(dst []byte, r SenderReport) []byte {
	dst = appendControl(dst, typeSR, 0, 4+senderInfo)
	dst = binary.BigEndian.AppendUint32(dst, r.SSRC)
	dst = binary.BigEndian.AppendUint64(dst, r.NTP)
	dst = binary.BigEndian.AppendUint32(dst, r.RTP)
	dst = binary.BigEndian.AppendUint32(dst, r.Packets)
	return binary.BigEndian.AppendUint32(dst, r.Octets)
}

// AppendCNAME appends an SDES packet with one chunk (RFC 3550 §6.5.1). cname has at most 255 bytes; more are cut off.
func AppendCNAME(dst []byte, ssrc uint32, cname string) []byte {
	cname = cname[:min(len(cname), 255)]
	item := 2 + len(cname)
	padded := item + 4 - item%4 // the list of items ends with 1–4 zero bytes, on a boundary of four
	dst = appendControl(dst, typeSDES, 1, 4+padded)
	dst = binary.BigEndian.AppendUint32(dst, ssrc)
	dst = append(dst, 1, uint8(len(cname)))
	dst = append(dst, cname...)
	for range padded - item {
		dst = append(dst, 0)
	}
	return dst
}

// AppendReceiverReport appends an RR (RFC 3550 §6.4.2) with at most 31 blocks; more are left out.
func AppendReceiverReport(dst []byte, sender uint32, blocks []ReportBlock) []byte {
	blocks = blocks[:min(len(blocks), 31)]
	dst = appendControl(dst, typeRR, uint8(len(blocks)), 4+reportBlock*len(blocks))
	dst = binary.BigEndian.AppendUint32(dst, sender)
	for _, b := range blocks {
		dst = binary.BigEndian.AppendUint32(dst, b.SSRC)
		dst = binary.BigEndian.AppendUint32(dst, uint32(b.FractionLost)<<24|clamp24(b.TotalLost))
		dst = binary.BigEndian.AppendUint32(dst, b.Highest)
		dst = binary.BigEndian.AppendUint32(dst, b.Jitter)
		dst = binary.BigEndian.AppendUint32(dst, b.LastSR)
		dst = binary.BigEndian.AppendUint32(dst, b.Delay)
	}
	return dst
}

// clamp24 puts a count into 24 signed bits (RFC 3550 A.3).
func clamp24(n int32) uint32 {
	return uint32(max(-1<<23, min(n, 1<<23-1))) & 0xFFFFFF
}

// AppendNACK appends a generic NACK (RFC 4585 §6.2.1) for sequence numbers in rising order, packed into
// as few pairs as there can be. It appends nothing when there are none.
func AppendNACK(dst []byte, sender, media uint32, lost []uint16) []byte {
	if len(lost) == 0 {
		return dst
	}
	start := len(dst)
	dst = appendFeedback(dst, typeTransport, formatNACK, sender, media)
	for i := 0; i < len(lost); {
		first, mask := lost[i], uint16(0)
		for i++; i < len(lost) && lost[i]-first-1 < 16; i++ {
			mask |= 1 << (lost[i] - first - 1)
		}
		dst = binary.BigEndian.AppendUint16(dst, first)
		dst = binary.BigEndian.AppendUint16(dst, mask)
	}
	binary.BigEndian.PutUint16(dst[start+2:], uint16((len(dst)-start)/4-1))
	return dst
}

// AppendPLI appends a picture loss indication (RFC 4585 §6.3.1).
func AppendPLI(dst []byte, sender, media uint32) []byte {
	return appendFeedback(dst, typePayload, formatPLI, sender, media)
}

// appendFeedback appends a feedback packet without control information (RFC 4585 §6.1).
func appendFeedback(dst []byte, packetType, format uint8, sender, media uint32) []byte {
	dst = appendControl(dst, packetType, format, 8)
	dst = binary.BigEndian.AppendUint32(dst, sender)
	return binary.BigEndian.AppendUint32(dst, media)
}
