package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// readFile reads the keys of a YAML file. The tree is walked rather than decoded into a struct, so that every error can
// name the line, and an unknown key the nearest known one.
func readFile(path string, text []byte) ([]given, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("%s is not YAML: %w", path, err)
	}
	if len(tree.Docs) > 1 {
		return nil, fmt.Errorf("%s holds %d documents separated by ---: it must be one", path, len(tree.Docs))
	}
	var all []given
	var errs []error
	for _, doc := range tree.Docs {
		pairs, err := mapping(path, doc.Body)
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			g, err := readPair(path, pair)
			if err == nil && slices.ContainsFunc(all, func(o given) bool { return o.key == g.key }) {
				err = fmt.Errorf("%s: stands there twice", g.at)
			}
			all, errs = append(all, g), append(errs, err)
		}
	}
	return all, errors.Join(errs...)
}

func mapping(path string, body ast.Node) ([]*ast.MappingValueNode, error) {
	switch body := body.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return nil, nil // an empty file, or one with nothing but comments
	case *ast.MappingNode:
		return body.Values, nil
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{body}, nil
	}
	return nil, fmt.Errorf("%s:%d: expected lines such as \"listen: :3000\"", path, body.GetToken().Position.Line)
}

func readPair(path string, pair *ast.MappingValueNode) (given, error) {
	name := pair.Key.GetToken().Value
	at := fmt.Sprintf("%s:%d: %s", path, pair.Key.GetToken().Position.Line, name)
	if indexOf(name) < 0 {
		var known []string
		for _, k := range keys {
			known = append(known, k.name)
		}
		return given{}, fmt.Errorf("%s: unknown key: did you mean %s?", at, nearest(name, known))
	}
	g := given{key: name, at: at}
	sequence, ok := pair.Value.(*ast.SequenceNode)
	if !ok {
		text, err := scalar(pair.Value)
		g.values = []string{text}
		return g, wrap(at, err)
	}
	for _, node := range sequence.Values {
		text, err := scalar(node)
		if err != nil {
			return g, wrap(at, err)
		}
		g.values = append(g.values, text)
	}
	return g, nil
}

func wrap(at string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", at, err)
}

// scalar is a plain value as it is written, before YAML gives it a type: the keys' own parsers know better.
func scalar(node ast.Node) (string, error) {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value, nil
	case *ast.LiteralNode:
		return node.Value.Value, nil
	case *ast.NullNode:
		return "", errors.New("has no value: write one or leave the line out")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, nil
	}
	return "", errors.New("expected a plain value")
}
