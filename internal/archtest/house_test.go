package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"
)

// house is the parsed source: files by the package path below the module ("internal/sfu").
type house map[string][]file

type file struct {
	name  string // below the module
	test  bool
	lines int
	ast   *ast.File
	at    func(token.Pos) int // line
}

// skipped folders hold no Go of this module.
var skipped = []string{"node_modules", "dist", "testdata", "bin", "tools", "docs"}

// read parses every Go file below root. Build tags do not matter: what is wrong on Windows is wrong.
func read(t *testing.T, root fs.FS) house {
	t.Helper()
	all := make(house)
	fset := token.NewFileSet()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || contains(skipped, entry.Name())) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{
			name: name, test: strings.HasSuffix(name, "_test.go"), lines: bytes.Count(text, []byte("\n")), ast: parsed,
			at: func(p token.Pos) int { return fset.Position(p).Line },
		}
		all[path.Dir(name)] = append(all[path.Dir(name)], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// imports are the paths a file imports, with their lines.
func (f file) imports() map[string]int {
	all := make(map[string]int)
	for _, spec := range f.ast.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has refused it already
		}
		all[name] = f.at(spec.Pos())
	}
	return all
}

// outside tells whether the file is of an external test package, which uses its subject like any other caller.
func (f file) outside() bool { return f.test && strings.HasSuffix(f.ast.Name.Name, "_test") }

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// matches tells whether one of the patterns stands for the package: its name, or "x/…" for what is below x.
func matches(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if below, ok := strings.CutSuffix(p, "…"); p == pkg || (ok && strings.HasPrefix(pkg, below)) {
			return true
		}
	}
	return false
}

// importsOneOf tells whether an import is one of the list, whose entries ending in / stand for all below.
func importsOneOf(list []string, name string) bool {
	for _, l := range list {
		if name == l || (strings.HasSuffix(l, "/") && strings.HasPrefix(name+"/", l)) {
			return true
		}
	}
	return false
}
