package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"noom/internal/media"
	"noom/internal/sfu"
)

// secret is in all that a peer's parameters have of its own.
const secret = "hush"

// serve gives a server of a node with so many rooms of one peer each.
func serve(t *testing.T, rooms int) *Server {
	t.Helper()
	e, err := media.New(media.Config{Listen: "127.0.0.1:0", Workers: 2, Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }() // ends with ctx
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for i := range rooms {
		_, err := e.OpenRoom().AddPeer(t.Context(), sfu.PeerParams{
			LocalUfrag: fmt.Sprint(secret, i), LocalPwd: secret + "0123456789012345678", RemoteUfrag: secret, RemotePwd: secret + "0123456789012345678",
			FingerprintHash: "sha-256", Fingerprint: make([]byte, 32),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := New(Config{Media: e, Version: "1.2.3", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Server) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	r.Host = "127.0.0.1:9090"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// scraped is what was told, by name and labels as in noom_dropped_total{reason=late}.
func scraped(t *testing.T, text string) map[string]float64 {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	for name, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			at := name
			if len(labels) > 0 {
				at += "{" + strings.Join(labels, ",") + "}"
			}
			all[at] = m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return all
}

func TestAScrapeTellsOfTheNodeAndOfABoundedNumberOfRooms(t *testing.T) {
	s := serve(t, 200)
	w := s.get("/metrics")
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	text := w.Body.String()
	all := scraped(t, text)
	for name, want := range map[string]float64{
		"noom_build_info{version=1.2.3}": 1, "noom_workers": 2, "noom_workers_answering": 2, "noom_rooms": 200, "noom_peers": 200, "noom_full": 0,
		"noom_handshakes_total{result=done}": 0, "noom_packets_total{direction=in}": 0, "noom_bytes_total{direction=out}": 0,
		"noom_dropped_total{reason=sealed_before}": 0, "noom_dropped_total{reason=pipe_full}": 0, "noom_restored_packets_total": 0,
		"noom_room_peers{room=1}": 1, "noom_room_peers{room=100}": 1, "noom_room_peers{room=other}": 100,
	} {
		if got, ok := all[name]; !ok || got != want {
			t.Errorf("%s is %v (%t), want %v", name, got, ok, want)
		}
	}
	if all["noom_loop_lag_seconds"] == 0 && !strings.Contains(text, `noom_loop_lag_seconds_bucket{le="0.001024"}`) {
		t.Error("there is no histogram of the loops' lag")
	}
	rooms := 0
	for name := range all {
		if strings.HasPrefix(name, "noom_room_peers{") {
			rooms++
		}
	}
	if rooms != mostRooms+1 {
		t.Errorf("%d rooms are told of, want %d", rooms, mostRooms+1)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "noom_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestNothingButNumbersIsTold(t *testing.T) {
	s := serve(t, 3)
	label := regexp.MustCompile(`(\w+)="([^"]*)"`)
	allowed := map[string]*regexp.Regexp{
		"room": regexp.MustCompile(`^(\d+|other)$`), "reason": regexp.MustCompile(`^[a-z_]+$`), "le": regexp.MustCompile(`^([0-9.e+-]+|\+Inf)$`),
		"result": regexp.MustCompile(`^(done|failed)$`), "direction": regexp.MustCompile(`^(in|out)$`), "version": regexp.MustCompile(`^1\.2\.3$`),
	}
	text := s.get("/metrics").Body.String()
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "noom_") {
			continue
		}
		for _, l := range label.FindAllStringSubmatch(line, -1) {
			if allowed[l[1]] == nil || !allowed[l[1]].MatchString(l[2]) {
				t.Errorf("what is %s in %s", l[2], line)
			}
		}
	}
	if text += s.get("/peers").Body.String(); strings.Contains(text, secret) || strings.Contains(text, "127.0.0.1") {
		t.Error("a peer's parameters are told")
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[peerAnswer]()) {
		if k := f.Type.Kind(); k == reflect.String || k == reflect.Struct || k == reflect.Map || k == reflect.Interface {
			t.Errorf("%s is not a number", f.Name)
		}
	}
}

func TestEveryCounterOfARouterIsTold(t *testing.T) {
	node := map[string]bool{"PacketsReceived": true, "BytesReceived": true} // as noom_packets_total and noom_bytes_total
	var counters sfu.Counters
	fields := reflect.ValueOf(&counters).Elem()
	for i := range fields.NumField() {
		counters = sfu.Counters{}
		fields.Field(i).SetUint(1)
		to := make(chan prometheus.Metric, 100)
		collectRouters(&media.Stats{Workers: 1, Routers: []sfu.Counters{counters}}, to)
		close(to)
		registry := prometheus.NewRegistry()
		registry.MustRegister(given(to))
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		told := 0.0
		for _, f := range families {
			for _, m := range f.GetMetric() {
				told += m.GetCounter().GetValue()
			}
		}
		name := fields.Type().Field(i).Name
		if want := map[bool]float64{false: 1}[node[name]]; told != want {
			t.Errorf("%s is told %v times, want %v", name, told, want)
		}
	}
}

func TestWhereARouterDoesNotTellNoSumIsTold(t *testing.T) {
	to := make(chan prometheus.Metric, 100)
	collectRouters(&media.Stats{Workers: 2, Routers: make([]sfu.Counters, 1)}, to)
	if len(to) != 0 {
		t.Errorf("%d sums lack a worker", len(to))
	}
}

// given collects what is there already.
type given <-chan prometheus.Metric

func (g given) Describe(chan<- *prometheus.Desc) {}

func (g given) Collect(to chan<- prometheus.Metric) {
	for m := range g {
		to <- m
	}
}

func TestThePageReadsAllPeersAndItsFilesHaveTheirTypes(t *testing.T) {
	s := serve(t, 3)
	var answer peersAnswer
	w := s.get("/peers")
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.At == 0 || len(answer.Peers) != 3 {
		t.Errorf("%s: %v", w.Body, err)
	}
	rooms := map[uint32]bool{}
	for _, p := range answer.Peers {
		rooms[p.Room] = p.Peer != 0
	}
	if !rooms[1] || !rooms[2] || !rooms[3] {
		t.Errorf("the peers are %+v", answer.Peers)
	}
	if w := serve(t, 0).get("/peers"); !strings.Contains(w.Body.String(), `"peers":[]`) {
		t.Errorf("without peers: %s", w.Body)
	}
	html := s.get("/").Body.String()
	for path, want := range map[string]string{"/": "text/html", "/page.js": "text/javascript", "/page.css": "text/css", "/peers": "application/json"} {
		w := s.get(path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), want) || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if strings.HasPrefix(path, "/page") && !strings.Contains(html, `"`+path+`"`) {
			t.Errorf("the page does not load %s", path)
		}
	}
	if strings.Contains(html, "<style") || strings.Contains(html, "style=") || strings.Contains(html, "<script>") {
		t.Error("the page has something inline that its policy forbids")
	}
}

func TestEveryAnswerHasTheHeadersAndOnlyReadingIsAllowed(t *testing.T) {
	s := serve(t, 0)
	for _, path := range []string{"/", "/metrics", "/peers", "/page.js", "/nowhere", "/debug/pprof/", "//metrics"} {
		h := s.get(path).Header()
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s has the policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s has %v", path, h)
		}
	}
	for _, path := range []string{"/nowhere", "/debug/pprof/", "/page/index.html", "/r/daily"} {
		if w := s.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://127.0.0.1/metrics", http.NoBody))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestOnLoopbackOnlyAddressesAndLocalhostAreHosts(t *testing.T) {
	s := serve(t, 0)
	for host, want := range map[string][2]int{ // on loopback, and by the network
		"127.0.0.1:9090": {200, 200}, "127.0.0.1": {200, 200}, "[::1]:9090": {200, 200}, "[::1]": {200, 200}, "localhost:9090": {200, 200},
		"LocalHost": {200, 200}, "192.0.2.7:9090": {200, 200},
		"evil.example:9090": {421, 200}, "localhost.evil.example": {421, 200}, "127.0.0.1.evil.example": {421, 200}, "": {421, 200},
	} {
		for i, local := range []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(192, 0, 2, 7)} {
			r := httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody)
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: local, Port: 9090})))
			r.Host = host
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != want[i] {
				t.Errorf("Host %q at %v: %d, want %d", host, local, w.Code, want[i])
			}
		}
	}
}

func TestWhoAsksWhileOthersAreAnsweredIsTurnedAway(t *testing.T) {
	in, free := make(chan struct{}), make(chan struct{})
	h := limited(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { in <- struct{}{}; <-free }))
	ask := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
		return w.Code
	}
	codes := make(chan int)
	for range atOnce {
		go func() { codes <- ask() }() // ends when free is closed
		<-in
	}
	if code := ask(); code != http.StatusServiceUnavailable {
		t.Errorf("got %d", code)
	}
	close(free)
	for range atOnce {
		if code := <-codes; code != http.StatusOK {
			t.Errorf("one that was let in got %d", code)
		}
	}
}
