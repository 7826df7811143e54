package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"sort"
	"strings"
)

// check gives every way in which the house departs from the rules, one sentence each, sorted.
func check(all house) []string {
	var found []string
	for pkg, files := range all {
		if pkg == "." {
			found = append(found, fmt.Sprintf("%s: Go files do not lie in the root", files[0].name))
			continue
		}
		found = append(found, checkPackage(pkg, files)...)
		for _, f := range files {
			found = append(found, checkImports(pkg, f)...)
			found = append(found, checkOnly(pkg, f)...)
			found = append(found, checkSize(f)...)
			found = append(found, checkSleep(f)...)
			if matches(cores, pkg) && !f.test {
				found = append(found, checkPurity(f)...)
			}
		}
	}
	sort.Strings(found)
	return found
}

func checkPackage(pkg string, files []file) []string {
	var found []string
	if contains(refusedNames, path.Base(pkg)) {
		found = append(found, fmt.Sprintf("%s: a name that says nothing about what is inside", pkg))
	}
	if _, ok := allowed(pkg); !ok {
		found = append(found, fmt.Sprintf("%s: not in the import diagram", pkg))
	}
	documented, code := false, false
	for _, f := range files {
		code = code || !f.test
		documented = documented || (!f.test && f.ast.Doc != nil && len(strings.Fields(f.ast.Doc.Text())) >= 5)
	}
	if code && !documented {
		found = append(found, fmt.Sprintf("%s: no comment says what the package is for", pkg))
	}
	return found
}

// allowed finds a package's line in the diagram: its own, or that of the nearest "x/…".
func allowed(pkg string) ([]string, bool) {
	if list, ok := diagram[pkg]; ok {
		return list, true
	}
	for at := pkg; at != "."; at = path.Dir(at) {
		if list, ok := diagram[at+"/…"]; ok {
			return list, true
		}
	}
	return nil, false
}

func checkImports(pkg string, f file) []string {
	if f.outside() {
		return nil
	}
	list, _ := allowed(pkg)
	var found []string
	for name, line := range f.imports() {
		ours, ok := strings.CutPrefix(name, module)
		if !ok || matches(list, ours) || (f.test && matches(testsMayImport, ours)) {
			continue
		}
		found = append(found, fmt.Sprintf("%s:%d: %s may not import %s", f.name, line, pkg, ours))
	}
	return found
}

func checkOnly(pkg string, f file) []string {
	if f.test {
		return nil
	}
	var found []string
	for name, line := range f.imports() {
		for dependency, owners := range only {
			hit := importsOneOf([]string{dependency}, name) || strings.HasPrefix(name, dependency+"/")
			if hit && !matches(owners, pkg) {
				found = append(found, fmt.Sprintf("%s:%d: only %v may import %s", f.name, line, owners, name))
			}
		}
	}
	return found
}

func checkSize(f file) []string {
	if f.test || f.lines <= maxLines || ast.IsGenerated(f.ast) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d lines are too many to read, %d is the most", f.name, f.lines, maxLines)}
}

func checkPurity(f file) []string {
	var found []string
	for name, line := range f.imports() {
		if importsOneOf(impure, name) {
			found = append(found, fmt.Sprintf("%s:%d: a core may not import %s", f.name, line, name))
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, fmt.Sprintf("%s:%d: a core starts no goroutine", f.name, f.at(n.Pos())))
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && contains(impureCalls, n.Sel.Name) {
				found = append(found, fmt.Sprintf("%s:%d: a core may not call time.%s: time is an argument", f.name, f.at(n.Pos()), n.Sel.Name))
			}
		}
		return true
	})
	return found
}

// checkSleep refuses tests that sleep and hope. In a synctest bubble sleeping costs nothing and is exact.
func checkSleep(f file) []string {
	if _, bubbles := f.imports()["testing/synctest"]; bubbles || !f.test {
		return nil
	}
	var found []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && s.Sel.Name == "Sleep" {
			found = append(found, fmt.Sprintf("%s:%d: a test may sleep in a synctest bubble only", f.name, f.at(s.Pos())))
		}
		return true
	})
	return found
}
