package archtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryDirectDependencyHasItsLine(t *testing.T) {
	const list = "docs/DEPENDENCIES.md"
	text := string(contents(t, list))
	for _, name := range append(goModules(t), npmPackages(t)...) {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("%s does not say what %s is for, and what we would do without it", list, name)
		}
	}
}

// goModules are the modules we import ourselves, without their major version.
func goModules(t *testing.T) []string {
	var all []string
	required := false
	for line := range strings.Lines(string(contents(t, "go.mod"))) {
		line = strings.TrimSpace(line)
		switch {
		case line == "require (":
			required = true
		case line == ")":
			required = false
		case required && !strings.HasSuffix(line, "// indirect"):
			name, _, _ := strings.Cut(line, " ")
			if base, version := filepath.Split(name); strings.HasPrefix(version, "v") && strings.Trim(version[1:], "0123456789") == "" {
				name = strings.TrimSuffix(base, "/")
			}
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		t.Error("go.mod requires nothing: this test does not read it right")
	}
	return all
}

// npmPackages are what the page is built from. What builds and tests it is told together.
func npmPackages(t *testing.T) []string {
	var manifest struct{ Dependencies map[string]string }
	if err := json.Unmarshal(contents(t, "ui/package.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	var all []string
	for name := range manifest.Dependencies {
		all = append(all, name)
	}
	return all
}

func contents(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
