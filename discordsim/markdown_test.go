package discordsim_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// TestMarkdown runs the client's markdown in a real browser and compares the elements it makes.
func TestMarkdown(t *testing.T) {
	_, world, control := startWorld(t)
	b := openBrowser(t)
	b.open(control.Link(world.Mia, world.Guild, world.Welcome))
	b.until("markdown is loaded", `(window.md || import('/client/markdown.js').then((m) => { window.md = m.markdown; }), window.md)`)
	draw := func(text string) string {
		quoted, _ := json.Marshal(text)
		return eval[string](b, fmt.Sprintf(`(() => {
			const box = document.createElement('div');
			box.append(window.md(%s, {}));
			box.querySelectorAll('*').forEach((e) => ['class', 'rel', 'target', 'title', 'tabindex', 'role', 'aria-label', 'draggable', 'loading'].forEach((a) => e.removeAttribute(a)));
			return box.innerHTML;
		})()`, quoted))
	}
	for _, x := range []struct{ name, text, want string }{
		{"plain", "a < b & c", "a &lt; b &amp; c"},
		{"html stays text", `<img src=x onerror=alert(1)>`, "&lt;img src=x onerror=alert(1)&gt;"},
		{"bold", "**a**", "<strong>a</strong>"},
		{"italics", "*a* _b_", "<em>a</em> <em>b</em>"},
		{"bold and italics", "***a***", "<strong><em>a</em></strong>"},
		{"underline", "__a__", "<u>a</u>"},
		{"strike", "~~a~~", "<s>a</s>"},
		{"nested", "**a *b* __c__**", "<strong>a <em>b</em> <u>c</u></strong>"},
		{"unfinished", "**a *b", "**a *b"},
		{"names with underscores", "snake_case_name", "snake_case_name"},
		{"arithmetic", "2 * 3 * 4", "2 * 3 * 4"},
		{"escape", `\*a\*`, "*a*"},
		{"spoiler", "||a **b**||", "<span><span>a <strong>b</strong></span></span>"},
		{"code", "`a *b*`", "<code>a *b*</code>"},
		{"two backticks", "``a`b``", "<code>a`b</code>"},
		{"block", "x\n```js\nconst a = 1;\n\nb();\n```\ny", "x<pre><code data-language=\"js\">const a = 1;\n\nb();</code></pre>y"},
		{"block on one line", "```a```", "<pre><code>a</code></pre>"},
		{"heading", "# A **b**\nc", "<h3>A <strong>b</strong></h3>c"},
		{"no heading", "#general", "#general"},
		{"small print", "-# a", "<small>a</small>"},
		{"quote", "> a\n> b\nc", "<blockquote>a\nb</blockquote>c"},
		{"long quote", ">>> a\nb", "<blockquote>a\nb</blockquote>"},
		{"no quote", "a > b", "a &gt; b"},
		{"list", "- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"},
		{"numbers", "3. a\n4. b", `<ol start="3"><li>a</li><li>b</li></ol>`},
		{"link", "see https://example.com/a_b_c.", `see <a href="https://example.com/a_b_c">https://example.com/a_b_c</a>.`},
		{"masked link", "[a](https://example.com/)", `<a href="https://example.com/">a</a>`},
		{"no program behind a link", "[a](javascript:alert(1))", "[a](javascript:alert(1))"},
		{"no preview", "<https://example.com/>", `<a href="https://example.com/">https://example.com/</a>`},
		{"everyone", "@everyone", "<span>@everyone</span>"},
		{"unknown people", "<@1> <@&2> <#3>", "<span>&lt;@1&gt;</span> <span>@unknown-role</span> <span># unknown</span>"},
		{"command", "</close:5>", "<span>/close</span>"},
		{"time beyond calendars", "<t:9999999999999:f>", "<time>Invalid Date</time>"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := draw(x.text); got != x.want {
				t.Errorf("%q\n got %s\nwant %s", x.text, got, x.want)
			}
		})
	}
	t.Run("people by their names here", func(t *testing.T) {
		got := eval[string](b, fmt.Sprintf(`(() => { const d = document.createElement('div'); d.append(window.md('<@%s> <#%s>', {})); return d.textContent; })()`, world.Mia, world.General))
		if got != "@Mia #general" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("hostile text takes no time", func(t *testing.T) {
		for _, seed := range []string{"*", "_", "**a", "||", "[a](", "> ", "- ", "`", "<@", "~~", "__a*b"} {
			took := time.Duration(eval[float64](b, fmt.Sprintf(`(() => { const t = performance.now(); window.md(%q.repeat(4000).slice(0, 4000), {}); return performance.now() - t; })()`, seed))) * time.Millisecond
			if took > time.Second {
				t.Errorf("4,000 characters of %q took %v", seed, took)
			}
		}
	})
}
