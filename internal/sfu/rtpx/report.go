package rtpx

// AppendSenderReport appends an SR without report blocks (RFC 3550 §6.4.1). Put AppendCNAME after it (§6.1).
func AppendSenderReport(dst []byte, r SenderReport) []byte { panic("not written") }

// AppendCNAME appends an SDES packet with one chunk (RFC 3550 §6.5.1). cname has at most 255 bytes.
func AppendCNAME(dst []byte, ssrc uint32, cname string) []byte { panic("not written") }

// AppendReceiverReport appends an RR (RFC 3550 §6.4.2) with at most 31 blocks; more are left out.
func AppendReceiverReport(dst []byte, sender uint32, blocks []ReportBlock) []byte {
	panic("not written")
}

// AppendNACK appends a generic NACK (RFC 4585 §6.2.1) for sequence numbers in rising order, packed into
// as few pairs as there can be. It appends nothing when there are none.
func AppendNACK(dst []byte, sender, media uint32, lost []uint16) []byte { panic("not written") }

// AppendPLI appends a picture loss indication (RFC 4585 §6.3.1).
func AppendPLI(dst []byte, sender, media uint32) []byte { panic("not written") }
