package sdp

import (
	"slices"
	"strings"

	"noom/internal/sfu"
	"noom/internal/sfu/layer"
)

// readRIDs gives the layers that a section sends in simulcast (RFC 8853 §5.1), in the offer's order; nil when it sends one
// stream without a name. Of alternatives the first is taken. Layers beyond layer.Max are left out.
func (s *section) readRIDs() (rids []string) {
	fields := strings.Fields(s.attributes.first("simulcast"))
	at := slices.Index(fields, "send") + 1
	if at == 0 || at == len(fields) {
		return nil
	}
	for stream := range strings.SplitSeq(fields[at], ";") {
		rid, _, _ := strings.Cut(stream, ",")
		rid = strings.TrimPrefix(rid, "~") // paused at first
		if len(rids) < layer.Max && s.sendsRID(rid) && !slices.Contains(rids, rid) {
			rids = append(rids, rid)
		}
	}
	return rids
}

// sendsRID tells whether the section describes a layer that it sends (RFC 8851 §4).
func (s *section) sendsRID(rid string) bool {
	if !token(rid, 16) {
		return false
	}
	for _, a := range s.attributes {
		if id, rest, _ := strings.Cut(a.Value, " "); a.Key == "rid" && id == rid {
			direction, _, _ := strings.Cut(rest, " ")
			return direction == "send"
		}
	}
	return false
}

// readSSRCs gives the streams that a section names (RFC 5576 §4), each with the one that repairs it (FID, RFC 4588 §8.3), at
// most so many.
func (s *section) readSSRCs(most int) (declared []sfu.DeclaredSSRC) {
	repairs := make(map[uint32]uint32) // by what they repair
	auxiliary := make(map[uint32]bool) // repair or protect another stream
	for _, a := range s.attributes {
		fields := strings.Fields(a.Value)
		if a.Key != "ssrc-group" || len(fields) != 3 || (fields[0] != "FID" && fields[0] != "FEC-FR") {
			continue
		}
		media, ok1 := ssrc(fields[1])
		other, ok2 := ssrc(fields[2])
		if !ok1 || !ok2 || media == other {
			continue
		}
		auxiliary[other] = true
		if fields[0] == "FID" {
			repairs[media] = other
		}
	}
	for _, a := range s.attributes {
		id, _, _ := strings.Cut(a.Value, " ")
		n, ok := ssrc(id)
		if a.Key != "ssrc" || !ok || auxiliary[n] || len(declared) == most {
			continue
		}
		d := sfu.DeclaredSSRC{SSRC: n, RTX: repairs[n]}
		if !slices.Contains(declared, d) {
			declared = append(declared, d)
		}
	}
	return declared
}

func ssrc(s string) (uint32, bool) {
	n, ok := number(s, 1<<32-1)
	return uint32(n), ok && n != 0
}
