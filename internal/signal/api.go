package signal

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/socketio"
)

// API is the handler of everything below /api/: making rooms, looking after those one has a host link to, and the files
// of rooms one is inside of. Keys come
// in the Authorization header, never in an address, where logs would keep them.
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/rooms", s.makeRoom)
	mux.HandleFunc("GET /api/rooms/{name}", s.readRoom)
	mux.HandleFunc("PATCH /api/rooms/{name}", s.changeRoom)
	mux.HandleFunc("DELETE /api/rooms/{name}", s.deleteRoom)
	mux.HandleFunc("POST /api/rooms/{name}/links", s.addLink)
	mux.HandleFunc("DELETE /api/rooms/{name}/links/{id}", s.removeLink)
	s.files(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if !s.admit(w, r) {
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		mux.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admit checks where a request comes from, as the sockets do, and answers what is not for the API: a stranger's request
// or a preflight. Pages of other sites that may connect get the CORS headers; never with credentials, of which there
// are none.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		// Browsers leave the Origin out of a page's plain GETs, and say where such a one crosses sites.
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			http.Error(w, "this origin may not connect", http.StatusForbidden)
			return false
		}
		return true
	}
	w.Header().Add("Vary", "Origin")
	if !s.origins(r) {
		http.Error(w, "this origin may not connect", http.StatusForbidden)
		return false
	}
	if !socketio.SameOrigin(r) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "Upload-Offset")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Upload-Offset")
		w.Header().Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	return true
}

// What the API says of a room.
type (
	roomAnswer struct {
		Room      string           `json:"room"`
		Settings  meeting.Settings `json:"settings"`
		CreatedAt int64            `json:"createdAt"` // milliseconds since 1970
		Banned    []bannedAnswer   `json:"banned"`
		Links     []linkAnswer     `json:"links"`
	}
	bannedAnswer struct {
		Who  meeting.Who `json:"who"`
		Name string      `json:"name"`
		At   int64       `json:"at"`
	}
	linkAnswer struct {
		ID   string       `json:"id"`
		Role meeting.Role `json:"role"`
		Key  string       `json:"key,omitempty"` // only when it has just been made
	}
	madeAnswer struct {
		Room string `json:"room"`
		Key  string `json:"key"` // of the first host link
	}
	refusedAnswer struct {
		Error *meeting.Error `json:"error"`
	}
)

func answerOf(r rooms.Record) roomAnswer {
	a := roomAnswer{Room: r.Name, Settings: r.Settings, CreatedAt: r.CreatedAt, Banned: []bannedAnswer{}, Links: []linkAnswer{}}
	for _, b := range r.Bans {
		a.Banned = append(a.Banned, bannedAnswer{Who: b.Who, Name: b.Name, At: b.At})
	}
	for _, l := range r.Links {
		a.Links = append(a.Links, linkAnswer{ID: l.ID, Role: l.Role})
	}
	return a
}

func (s *Server) makeRoom(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name     string                 `json:"name"`
		Settings meeting.SettingsChange `json:"settings"`
	}
	if !s.readBody(w, r, &body) {
		return
	}
	record, key, err := s.rooms.Make(r.Context(), clientAddr(r), body.Name, body.Settings)
	s.answer(w, http.StatusCreated, madeAnswer{Room: record.Name, Key: key}, err)
}

func (s *Server) readRoom(w http.ResponseWriter, r *http.Request) {
	record, err := s.rooms.Read(r.Context(), r.PathValue("name"), bearer(r))
	s.answer(w, http.StatusOK, answerOf(record), err)
}

func (s *Server) changeRoom(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name     *string                `json:"name"`
		Settings meeting.SettingsChange `json:"settings"`
		Unban    []meeting.Who          `json:"unban"`
	}
	if !s.readBody(w, r, &body) {
		return
	}
	change := rooms.Change{Name: body.Name, Settings: body.Settings, Unban: body.Unban}
	record, err := s.rooms.Change(r.Context(), r.PathValue("name"), bearer(r), change)
	s.answer(w, http.StatusOK, answerOf(record), err)
}

func (s *Server) deleteRoom(w http.ResponseWriter, r *http.Request) {
	s.answer(w, http.StatusNoContent, nil, s.rooms.Delete(r.Context(), r.PathValue("name"), bearer(r)))
}

func (s *Server) addLink(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Role meeting.Role `json:"role"`
	}
	if !s.readBody(w, r, &body) {
		return
	}
	link, key, err := s.rooms.AddLink(r.Context(), r.PathValue("name"), bearer(r), body.Role)
	s.answer(w, http.StatusCreated, linkAnswer{ID: link.ID, Role: link.Role, Key: key}, err)
}

func (s *Server) removeLink(w http.ResponseWriter, r *http.Request) {
	s.answer(w, http.StatusNoContent, nil, s.rooms.RemoveLink(r.Context(), r.PathValue("name"), bearer(r), r.PathValue("id")))
}

// bearer is the key that a request brings (RFC 6750 §2.1); "" without one.
func bearer(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// readBody reads a request's JSON, or refuses it.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, v any) bool {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxMessage))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		s.refuse(w, http.StatusRequestEntityTooLarge, invalid("This request is too long."))
		return false
	}
	if err != nil { // the client has gone, or is too slow
		s.refuse(w, http.StatusBadRequest, invalid("This request did not come whole."))
		return false
	}
	if refusal := decodeObject(data, v); refusal != nil {
		s.refuse(w, http.StatusBadRequest, refusal)
		return false
	}
	return true
}

// answer writes what a request came to.
func (s *Server) answer(w http.ResponseWriter, status int, v any, err error) {
	if err != nil {
		refusal := s.shown(err)
		s.refuse(w, statusOf(refusal.Code), refusal)
		return
	}
	if v == nil {
		w.WriteHeader(status)
		return
	}
	writeJSON(w, status, v)
}

func (s *Server) refuse(w http.ResponseWriter, status int, refusal *meeting.Error) {
	if refusal.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(refusal.Retry))
	}
	writeJSON(w, status, refusedAnswer{Error: refusal})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil { // our answers are plain data
		panic("signal: encoding an answer: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // fails only when the client has gone
}

func statusOf(c meeting.Code) int {
	switch c {
	case meeting.NotFound:
		return http.StatusNotFound
	case meeting.Forbidden:
		return http.StatusForbidden
	case meeting.Invalid:
		return http.StatusBadRequest
	case meeting.Conflict, meeting.Full:
		return http.StatusConflict
	case meeting.Limited:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}
