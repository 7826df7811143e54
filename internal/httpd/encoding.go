package httpd

import (
	"strconv"
	"strings"
)

// acceptEncoding is what a client takes: quality by encoding, 0 to 1 (RFC 9110 §12.5.3).
type acceptEncoding map[string]float64

func parseAcceptEncoding(fields []string) acceptEncoding {
	accepted := make(acceptEncoding)
	for item := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		if name == "x-gzip" { // RFC 9110 §8.4.1.3
			name = "gzip"
		}
		accepted[name] = parseQuality(params)
	}
	return accepted
}

// parseQuality reads ";q=0.5". What is not a quality refuses, so that a broken client gets plain bytes.
func parseQuality(params string) float64 {
	params = strings.TrimSpace(params)
	if params == "" {
		return 1
	}
	key, text, _ := strings.Cut(params, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if !strings.EqualFold(strings.TrimSpace(key), "q") || err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}

// quality is how much the client likes an encoding. Plain bytes are always acceptable, if only just, unless refused by
// name: an answer in the wrong encoding helps less than one the client did not ask for.
func (a acceptEncoding) quality(encoding string) float64 {
	if q, ok := a[encoding]; ok {
		return q
	}
	if encoding == "identity" {
		return 0
	}
	return a["*"]
}
