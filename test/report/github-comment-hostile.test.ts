import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentMarker, renderFailure } from '../../src/report/github-comment.ts';
import { finding } from '../plan/world.ts';
import { comment, RUN, smallPlan } from './comments.ts';
import { hostileText, poisoned } from './hostile.ts';
import { skeleton, tagsOf, toHtml } from './rendered.ts';
import { samplePlan } from './sample-plan.ts';

describe('a pull request that chooses every text', () => {
  const links = { summary: RUN };
  const benign = skeleton(comment(poisoned(samplePlan, 'x'), { links, root: '/' }));

  it('gets no mark-up, mention, link or reference into the comment', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const plans = [{ plan: poisoned(samplePlan, text), file: text }];
        const markdown = comment(samplePlan, { plans, head: text, label: text, links, root: '/' });
        const [marker = '', ...rest] = markdown.split('\n');
        expect(marker).toBe(commentMarker(text));
        expect(skeleton(rest.join('\n'))).toBe(benign.slice(benign.indexOf('<h3>')));
      }),
      { numRuns: 300 },
    );
  });

  it('gets none into what is said of a failure', () => {
    const failure = (text: string): string =>
      skeleton(
        renderFailure({
          head: text,
          findings: [
            { ...finding('INTERNAL'), message: text, hint: text, at: { file: text, line: 1, excerpt: text } },
          ],
          failure: { code: text, message: text, hint: text, at: { file: text } },
          links: {},
        }),
      );
    const expected = failure('x');
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(failure(text)).toBe(expected);
      }),
    );
  });

  it('has nothing but the expected elements', () => {
    const text = comment(poisoned(samplePlan, '</code><img src=x> @everyone\n\n# '), { links });
    expect(tagsOf(text)).toEqual([
      '<!--',
      '</a>',
      '</blockquote>',
      '</code>',
      '</details>',
      '</h3>',
      '</p>',
      '</pre>',
      '</strong>',
      '</summary>',
      '<a href="https://github.com/acme/tools/actions/runs/7">',
      '<blockquote>',
      '<br>',
      '<code class="language-text">',
      '<code>',
      '<details open>',
      '<details>',
      '<h3>',
      '<p>',
      '<pre>',
      '<strong>',
      '<summary>',
    ]);
    expect(toHtml(text)).toContain('&lt;img src=x&gt;');
  });

  it.each(['`', '`a', '\n', '名'])('cannot make it long or slow with ten megabytes of %j', (unit) => {
    const text = unit.repeat(10_000_000 / unit.length);
    const started = process.cpuUsage();
    const markdown = comment(poisoned(smallPlan, text), { head: text, label: text });
    const { user, system } = process.cpuUsage(started);
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(60_000);
    expect(markdown).toContain('characters left out');
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

describe('an address', () => {
  it.each(['http://github.com/x', 'javascript:alert(1)', 'https://a:b@github.com/x', 'no address'])(
    'links nowhere for %s',
    (url) => {
      const text = comment(smallPlan, { links: { summary: url } });
      expect(text).toContain(' · full plan\n');
      expect(tagsOf(text).filter((tag) => tag.startsWith('<a '))).toEqual([]);
    },
  );

  it('is left by nothing in it', () => {
    const url = 'https://github.com/a/b?x=) [y](https://evil.example) <b>&q=`"\\';
    const links = tagsOf(comment(smallPlan, { links: { summary: url } })).filter((tag) =>
      tag.startsWith('<a '),
    );
    expect(links).toHaveLength(1);
    expect(links[0]).toMatch(/^<a href="https:\/\/github\.com\/a\/b\?x=/);
  });
});
