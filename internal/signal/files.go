package signal

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

const (
	// maxPiece bounds what one request adds to a file, in bytes: what a bad mobile line carries in the time for a body.
	maxPiece = 1 << 20
	// fetchesEach, fetchesFrom and fetchesAtOnce bound the files that are being fetched, by one browser, from one address
	// and by all: a picture in a room of 500 is fetched by all of them at once, and who reads slowly keeps a place for long.
	fetchesEach   = 8
	fetchesFrom   = 256
	fetchesAtOnce = 1024
	// fetchTime and fetchRate bound how long a file may take to be read: at least so many bytes a second.
	fetchTime = 30 * time.Second
	fetchRate = 20_000
)

var errFetches = &meeting.Error{Code: meeting.Limited, Text: "You are fetching too many files at once.", Retry: 1}

// What the API says of files.
type (
	begunAnswer struct {
		File   string `json:"file"` // its id
		Offset int64  `json:"offset"`
	}
	writtenAnswer struct {
		Offset int64          `json:"offset"`
		File   *meeting.File  `json:"file,omitempty"`  // when it is whole
		Error  *meeting.Error `json:"error,omitempty"` // the offset was wrong
	}
)

// files adds what can be done with a room's files. The session key of somebody inside lets in.
func (s *Server) files(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/rooms/{name}/files", s.beginFile)
	mux.HandleFunc("PATCH /api/rooms/{name}/files/{id}", s.writeFile)
	mux.HandleFunc("HEAD /api/rooms/{name}/files/{id}", s.measureFile)
	mux.HandleFunc("DELETE /api/rooms/{name}/files/{id}", s.cancelFile)
	mux.HandleFunc("GET /api/rooms/{name}/files/{id}", s.fetchFile)
}

// visit lets in who brings the key of a session inside.
func (s *Server) visit(r *http.Request, writes bool) (rooms.Visitor, error) {
	return s.rooms.Visit(r.Context(), r.PathValue("name"), meeting.Key(bearer(r)), writes)
}

func (s *Server) beginFile(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	}
	if !s.readBody(w, r, &body) {
		return
	}
	v, err := s.visit(r, true)
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	id, err := v.Begin(clientAddr(r), body.Name, body.Size)
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, begunAnswer{File: id})
}

func (s *Server) writeFile(w http.ResponseWriter, r *http.Request) {
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		s.refuseFile(w, invalid("Upload-Offset says where a piece belongs."))
		return
	}
	if r.ContentLength > maxPiece {
		s.refuse(w, http.StatusRequestEntityTooLarge, invalid("A piece of a file has at most 1 MiB."))
		return
	}
	v, err := s.visit(r, true)
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	defer cutWith(v, w)()
	there, file, err := v.Write(clientAddr(r), r.PathValue("id"), offset, http.MaxBytesReader(w, r.Body, maxPiece))
	var long *http.MaxBytesError
	var refusal *meeting.Error
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, writtenAnswer{Offset: there, File: file})
	case errors.As(err, &long): // what came before the end of the piece is there
		s.refuse(w, http.StatusRequestEntityTooLarge, invalid("A piece of a file has at most 1 MiB."))
	case errors.As(err, &refusal) && refusal.Code == meeting.Conflict:
		writeJSON(w, http.StatusConflict, writtenAnswer{Offset: there, Error: refusal})
	case errors.Is(err, rooms.ErrCutOff):
		s.refuse(w, http.StatusBadRequest, invalid("This piece did not come whole."))
	default:
		s.refuseFile(w, err)
	}
}

func (s *Server) measureFile(w http.ResponseWriter, r *http.Request) {
	v, err := s.visit(r, true)
	var offset int64
	if err == nil {
		offset, err = v.Offset(r.PathValue("id"))
	}
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(offset, 10))
	w.WriteHeader(http.StatusOK)
}

func (s *Server) cancelFile(w http.ResponseWriter, r *http.Request) {
	v, err := s.visit(r, false)
	if err == nil {
		err = v.Cancel(r.PathValue("id"))
	}
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fetchFile sends a file's content. It is somebody else's: only a picture that the server has read may be shown, and
// nothing of it may run.
func (s *Server) fetchFile(w http.ResponseWriter, r *http.Request) {
	v, err := s.visit(r, false)
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	fetch := fetching{v.Who(), rooms.Network(clientAddr(r))}
	if !s.fetches.enter(fetch) {
		s.refuseFile(w, errFetches)
		return
	}
	defer s.fetches.leave(fetch)
	content, file, err := v.Open(r.PathValue("id"))
	if err != nil {
		s.refuseFile(w, err)
		return
	}
	defer func() { _ = content.Close() }()
	// A test's recorder has no deadline.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fetchTime + time.Duration(file.Size/fetchRate)*time.Second))
	defer cutWith(v, w)() // after the deadline, which is not to take the place of a cut
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("Content-Disposition", disposition(file))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private")
	h.Add("Vary", "Authorization")
	http.ServeContent(w, r, "", time.Time{}, content)
}

// cutWith ends what goes on with a request when its visitor's session is over: who was removed gets not one byte more, nor
// who left and is gone. The caller calls stop when it has answered.
func cutWith(v rooms.Visitor, w http.ResponseWriter) (stop func()) {
	connection := http.NewResponseController(w)
	cancel := context.AfterFunc(v.Life(), func() {
		past := time.Unix(1, 0)
		_ = connection.SetReadDeadline(past) // a test's recorder has none
		_ = connection.SetWriteDeadline(past)
	})
	return func() { cancel() }
}

// disposition says what a browser does with a file that somebody opens by its address.
func disposition(file meeting.File) string {
	how := "attachment"
	if strings.HasPrefix(file.Type, "image/") {
		how = "inline"
	}
	return mime.FormatMediaType(how, map[string]string{"filename": file.Name})
}

// refuseFile answers a refusal. Where there is no space it says so, apart from other conflicts.
func (s *Server) refuseFile(w http.ResponseWriter, err error) {
	refusal := s.shown(err)
	status := statusOf(refusal.Code)
	if refusal.Code == meeting.Full {
		status = http.StatusInsufficientStorage
	}
	s.refuse(w, status, refusal)
}

// fetching is who fetches a file, and from where.
type fetching struct {
	who  meeting.Who
	from netip.Prefix
}

// gate counts what is being fetched.
type gate struct {
	mu    sync.Mutex // a leaf: nothing is called while it is held
	who   map[meeting.Who]int
	from  map[netip.Prefix]int
	total int
}

func newGate() gate { return gate{who: make(map[meeting.Who]int), from: make(map[netip.Prefix]int)} }

// enter lets one in, unless they, those at their address, or all together are too many.
func (g *gate) enter(f fetching) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.total >= fetchesAtOnce || g.who[f.who] >= fetchesEach || g.from[f.from] >= fetchesFrom {
		return false
	}
	g.who[f.who]++
	g.from[f.from]++
	g.total++
	return true
}

func (g *gate) leave(f fetching) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total--
	if g.who[f.who]--; g.who[f.who] == 0 {
		delete(g.who, f.who)
	}
	if g.from[f.from]--; g.from[f.from] == 0 {
		delete(g.from, f.from)
	}
}
