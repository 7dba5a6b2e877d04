import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitLinks } from '../../src/web/text/links.ts'

const hrefs = (text: string) => splitLinks(text).flatMap(({ href }) => href ?? [])
const linked = (text: string) => splitLinks(text).flatMap((part) => (part.href ? part.text : []))

describe('a link in a text', () => {
  test('is http or https, and its target is its text', () => {
    expect(splitLinks('see https://example.com/a?b=c#d now')).toEqual([
      { text: 'see ', href: null },
      { text: 'https://example.com/a?b=c#d', href: 'https://example.com/a?b=c#d' },
      { text: ' now', href: null },
    ])
    expect(hrefs('HTTP://EXAMPLE.com and http://localhost:8787/docs')).toEqual([
      'http://example.com/',
      'http://localhost:8787/docs',
    ])
  })

  test.each([
    'javascript:alert(1)',
    'javascript://example.com/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example.com',
    'www.example',
    'awww.so.cute',
    'éwww.example.com',
    'www.user@evil.example',
    'https://',
    'http://[::1',
    'xhttps://example.com',
  ])('has no other scheme or form: %s', (text) => {
    expect(hrefs(text)).toEqual([])
  })

  test('may leave out the scheme after www.', () => {
    expect(hrefs('www.example.com, (WWW.example.co.uk/a?b)')).toEqual([
      'https://www.example.com/',
      'https://www.example.co.uk/a?b',
    ])
  })

  test('has no username before the host', () => {
    expect(hrefs('https://bank.example@evil.example/ https://user:pw@evil.example')).toEqual([])
  })

  test.each(['\u202e', '\u2066', '\u200b', '\u00ad', '\u0000'])('ends before %j', (sign) => {
    expect(linked(`https://example.com/${sign}gnp.exe`)).toEqual(['https://example.com/'])
  })

  test('does not include the punctuation of the sentence', () => {
    expect(linked('(https://example.com/a).')).toEqual(['https://example.com/a'])
    expect(linked('https://example.com/a_(b), https://example.com/c!?')).toEqual([
      'https://example.com/a_(b)',
      'https://example.com/c',
    ])
    expect(linked('“https://example.com/”')).toEqual(['https://example.com/'])
  })
})

test('the parts together are the whole text', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('https://example.com', 'http://', 'https://a)', ' ', '\n', '\u202e', '(', '.'),
  )
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const text = words.join('')
      const parts = splitLinks(text)
      expect(parts.map((part) => part.text).join('')).toBe(text)
      for (const { href } of parts) if (href !== null) expect(href).toMatch(/^https?:\/\//)
    }),
  )
})
