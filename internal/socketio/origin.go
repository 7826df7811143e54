package socketio

import (
	"net/http"
	"net/url"
	"strings"
)

// SameOrigin tells whether a request comes from a page of the host it went to.
func SameOrigin(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// admit checks where a request comes from, for both transports alike, and answers what is not for them: a stranger's
// request or a preflight. Pages of other origins that Config.Origins allows get the CORS headers; never with
// credentials, as there are none.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		// Browsers leave the Origin out of a page's plain GETs; where they say that such a one crosses sites, it is no
		// client of ours (an <img>, say).
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			refuseRequest(w, http.StatusForbidden, forbidden)
			return false
		}
		return true
	}
	w.Header().Add("Vary", "Origin")
	if !SameOrigin(r) && (s.config.Origins == nil || !s.config.Origins(r)) {
		refuseRequest(w, http.StatusForbidden, forbidden)
		return false
	}
	if !SameOrigin(r) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
		w.Header().Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	return true
}
