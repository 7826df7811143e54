package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var compare = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "noom.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheExampleFileHoldsEveryKeyWithItsDefault(t *testing.T) {
	const path = "../../noom.example.yaml"
	got, err := Load([]string{"--config", path}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got, compare); diff != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", diff)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := readFile(path, text)
	if err != nil {
		t.Fatal(err)
	}
	var want, have []string
	for _, k := range keys {
		want = append(want, k.name)
	}
	for _, g := range all {
		have = append(have, g.key)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the example's keys, in the order of the help (-want +got):\n%s", diff)
	}
}

func TestAFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefault(t *testing.T) {
	values := map[string][3]string{ // in the file, the environment and as a flag
		"listen":       {":1001", ":1002", ":1003"},
		"data":         {"./file", "./env", "./flag"},
		"public_ip":    {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
		"allow_origin": {"https://file.example", "https://env.example", "https://flag.example"},
		"log_level":    {"debug", "warn", "error"},
		"workers":      {"1", "2", "3"},
		"metrics":      {"127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003"},
	}
	for _, k := range keys {
		v, ok := values[k.name]
		if !ok {
			t.Fatalf("no values to try for %s", k.name)
		}
		unbracket := func(c Config) string { return strings.Trim(k.get(c), "[]") }
		file := write(t, fmt.Sprintf("%s: %q\n", k.name, v[0]))
		for _, c := range []struct {
			name          string
			args, environ []string
			want          string
		}{
			{"default", nil, nil, unbracket(Default())},
			{"file", []string{"--config", file}, nil, v[0]},
			{"file named by the environment", nil, []string{"NOOM_CONFIG=" + file}, v[0]},
			{"environment", []string{"--config", file}, []string{k.env() + "=" + v[1]}, v[1]},
			{"flag", []string{"--config", file, "--" + k.flag(), v[2]}, []string{k.env() + "=" + v[1]}, v[2]},
		} {
			got, err := Load(c.args, c.environ, io.Discard)
			if err != nil {
				t.Errorf("%s by %s: %v", k.name, c.name, err)
			} else if unbracket(got) != c.want {
				t.Errorf("%s by %s: got %s, want %s", k.name, c.name, unbracket(got), c.want)
			}
		}
	}
}

func TestListsAreReadFromEverySource(t *testing.T) {
	want := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	for name, load := range map[string]func() (Config, error){
		"sequence": func() (Config, error) {
			return Load([]string{"--config", write(t, "public_ip:\n  - 192.0.2.1\n  - 2001:db8::1\n")}, nil, io.Discard)
		},
		"flow sequence": func() (Config, error) {
			return Load([]string{"--config", write(t, `public_ip: [192.0.2.1, "2001:db8::1"]`)}, nil, io.Discard)
		},
		"environment": func() (Config, error) {
			return Load(nil, []string{"NOOM_PUBLIC_IP=192.0.2.1, 2001:db8::1"}, io.Discard)
		},
		"repeated flag": func() (Config, error) {
			return Load([]string{"--public-ip=192.0.2.1", "--public-ip=2001:db8::1"}, nil, io.Discard)
		},
		"flag with commas": func() (Config, error) {
			return Load([]string{"--public-ip", "192.0.2.1,2001:db8::1"}, nil, io.Discard)
		},
	} {
		got, err := load()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, got.PublicIPs, compare); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnEmptyListInTheEnvironmentClearsTheFilesList(t *testing.T) {
	file := write(t, "allow_origin: [https://example.org]\n")
	got, err := Load([]string{"--config", file}, []string{"NOOM_ALLOW_ORIGIN="}, io.Discard)
	if err != nil || len(got.AllowOrigins) != 0 {
		t.Errorf("got %v, %v", got.AllowOrigins, err)
	}
}

func TestMistakesInTheFileAreNamedWithTheirLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"listen: :3000\nlisten_on: x\n", `:2: listen_on: unknown key: did you mean listen?`},
		{"# a comment\n\nlog-level: info\n", `:3: log-level: unknown key: did you mean log_level?`},
		{"dtaa: ./x\n", `:1: dtaa: unknown key: did you mean data?`},
		{"Workers: 1\n", `:1: Workers: unknown key: did you mean workers?`},
		{"data: ./a\ndata: ./b\n", `data`},
		{"data:\n", `:1: data: has no value`},
		{"data: [a, b]\n", `:1: data: takes one value, not 2`},
		{"data: {a: b}\n", `:1: data: expected a plain value`},
		{"public_ip:\n  - [1]\n", `:1: public_ip: expected a plain value`},
		{"listen: 3000\n", `:1: listen: "3000" is not an address: write :3000`},
		{"- listen\n", `:1: expected lines such as`},
		{"listen: :3000\n---\nlisten: :3001\n", `holds 2 documents`},
		{"listen: \"\n", `is not YAML`},
	} {
		path := write(t, c.text)
		_, err := Load([]string{"--config", path}, nil, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("%q: the error does not name the file: %v", c.text, err)
		}
	}
}

func TestAnEmptyFileChangesNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing but a comment\n", "---\n"} {
		got, err := Load([]string{"--config", write(t, text)}, nil, io.Discard)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if diff := cmp.Diff(Default(), got, compare); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestUnknownNamesAreErrorsThatNameTheNearestKnownOne(t *testing.T) {
	for _, c := range []struct {
		args, environ []string
		want          string
	}{
		{[]string{"--lisen", ":1"}, nil, "unknown flag --lisen: did you mean --listen?"},
		{[]string{"--publicip=1"}, nil, "unknown flag --publicip: did you mean --public-ip?"},
		{nil, []string{"NOOM_LISTN=:1"}, "unknown environment variable NOOM_LISTN: did you mean NOOM_LISTEN?"},
		{nil, []string{"NOOM_ORIGINS=x"}, "did you mean NOOM_"},
		{[]string{"extra"}, nil, `"extra" is not a flag`},
		{[]string{"--config", "/nowhere/noom.yaml"}, nil, "the configuration file cannot be read"},
	} {
		if _, err := Load(c.args, c.environ, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v %v:\n got %v\nwant %s", c.args, c.environ, err, c.want)
		}
	}
}

func TestOtherProgramsVariablesAreLeftAlone(t *testing.T) {
	if _, err := Load(nil, []string{"PATH=/bin", "NOOMX=1", "MY_NOOM_LISTEN=:1", "=C:=C:\\"}, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestEveryValueIsChecked(t *testing.T) {
	good := map[string][]string{
		"listen":       {":0", ":65535", "127.0.0.1:80", "[::1]:3000", "localhost:3000"},
		"data":         {"/var/lib/noom", "."},
		"public_ip":    {"203.0.113.7", "::1", "::ffff:203.0.113.7", ""},
		"allow_origin": {"https://example.org", "http://EXAMPLE.org:8080", "https://example.org/", "http://[::1]:80"},
		"log_level":    {"debug", "INFO", "Warn", "error"},
		"workers":      {"0", "1024"},
		"metrics":      {"", "127.0.0.1:9090", "[::1]:9090", "localhost:9090", "0.0.0.0:9090"},
	}
	bad := map[string][]string{
		"listen":       {"", "3000", ":", ":-1", ":65536", ":http", "example.org:80", "1.2.3:80", "::1:80", ":3000 "},
		"data":         {"", "a\x00b"},
		"public_ip":    {"example.org", "1.2.3", "0.0.0.0", "::", "224.0.0.1", "fe80::1%eth0", "1.2.3.4:80"},
		"allow_origin": {"*", "example.org", "ftp://example.org", "https://", "https://a/b", "https://a?b", "https://u@a", "null"},
		"log_level":    {"", "loud", "info+1", "0"},
		"workers":      {"", "-1", "1025", "two", "1.5"},
		"metrics":      {"9090", ":9090", "on", "127.0.0.1", "example.org:9090", "127.0.0.1:65536"},
	}
	for _, k := range keys {
		if good[k.name] == nil || bad[k.name] == nil {
			t.Fatalf("no values to try for %s", k.name)
		}
		for _, text := range good[k.name] {
			if _, err := Load([]string{"--" + k.flag(), text}, nil, io.Discard); err != nil {
				t.Errorf("%s %q: %v", k.name, text, err)
			}
		}
		for _, text := range bad[k.name] {
			if _, err := Load([]string{"--" + k.flag(), text}, nil, io.Discard); err == nil {
				t.Errorf("%s %q was accepted", k.name, text)
			}
		}
	}
}

func TestOriginsAreKeptAsBrowsersWriteThem(t *testing.T) {
	got, err := Load([]string{"--allow-origin", "https://EXAMPLE.org:443/,http://b:80,http://c:8080"}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"https://example.org", "http://b", "http://c:8080"}, got.AllowOrigins); diff != "" {
		t.Error(diff)
	}
}

func TestHelpNamesEveryKeyAndItsDefault(t *testing.T) {
	var text strings.Builder
	if _, err := Load([]string{"--help"}, nil, &text); !errors.Is(err, ErrHelp) {
		t.Fatalf("got %v, want ErrHelp", err)
	}
	for _, k := range keys {
		if !strings.Contains(text.String(), "--"+k.flag()) || !strings.Contains(text.String(), k.usage) {
			t.Errorf("the help does not explain --%s:\n%s", k.flag(), text.String())
		}
	}
	if !strings.Contains(text.String(), "(default :3000)") {
		t.Errorf("the help does not name the default port:\n%s", text.String())
	}
}

func TestHostAndPortOfTheDefault(t *testing.T) {
	c := Default()
	if c.Host() != "" || c.Port() != 3000 || c.LogLevel != slog.LevelInfo {
		t.Errorf("got host %q, port %d", c.Host(), c.Port())
	}
}

func TestDistanceCountsEditsAndSwappedNeighbours(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"data", "dtaa", 1}, {"listen", "lisen", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
