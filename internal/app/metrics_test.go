package app

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// ask gives the answer to GET.
func ask(t *testing.T, url, host string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestMetricsAreOnTheirOwnAddressAndNowhereElse(t *testing.T) {
	c := local(t)
	c.Metrics = "127.0.0.1:0"
	s := serve(t, c)
	s.enter(t, "very-secret-room", "Alice")
	status, text := ask(t, s.MetricsURL()+"/metrics", "")
	if status != http.StatusOK || !strings.Contains(text, "\nnoom_peers 0\n") || !strings.Contains(text, `noom_build_info{version="test"} 1`) {
		t.Errorf("%d: %s", status, text)
	}
	_, page := ask(t, s.MetricsURL()+"/peers", "")
	if text += page; strings.Contains(text, "very-secret") || strings.Contains(text, "Alice") {
		t.Error("a room's or a person's name is told")
	}
	if status, _ := ask(t, s.MetricsURL()+"/metrics", "rebound.example"); status != http.StatusMisdirectedRequest {
		t.Errorf("a page of another site gets %d", status)
	}
	if !strings.Contains(s.Greeting(), s.MetricsURL()) {
		t.Errorf("the greeting does not say where: %s", s.Greeting())
	}
	if status, _ := ask(t, "http://"+s.Addr().String()+"/metrics", ""); status != http.StatusNotFound {
		t.Errorf("/metrics on the main port: %d", status)
	}
	if status, text := ask(t, "http://"+s.Addr().String()+"/peers", ""); strings.Contains(text, "estimate") {
		t.Errorf("/peers on the main port: %d %s", status, text)
	}
}

func TestMetricsAreOffByDefault(t *testing.T) {
	if s := serve(t, local(t)); s.MetricsURL() != "" || strings.Contains(s.Greeting(), "operators") {
		t.Errorf("they are on %s", s.MetricsURL())
	}
}

func TestAnAddressOfMetricsInUseIsSaidAndTheRestIsGivenBack(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := local(t)
	c.Metrics = taken.Addr().String()
	if _, err := New(c, "test", quiet); err == nil || !strings.Contains(err.Error(), c.Metrics+" is already in use") {
		t.Errorf("got %v", err)
	}
	c.Metrics = ""
	serve(t, c) // the data folder is free again
}
