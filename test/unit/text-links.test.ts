import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasLink } from '../../src/domain/text-links.ts'
import { splitLinks } from '../../src/web/text/links.ts'

describe('a link', () => {
  test.each([
    'https://example.com',
    'see http://localhost:8080/x.',
    'HTTPS://EXAMPLE.COM',
    'ftp://host/file',
    'tg://resolve?domain=x',
    'web+app://x',
    'mailto:ada@example.test',
    'www.example.test',
    'WWW.example',
    'example.com',
    'Look at example.com.',
    '(example.com)',
    'example.com/path',
    'example.com:8080/x',
    'example.com- cheap',
    'shop.example.co.uk',
    'write to ada@example.com',
    't.me/x',
    'bit.ly/3abc',
    'discord.gg/abc',
    'youtu.be/abc',
    'example.in:80/x',
    'пример.рф',
    'xn--e1afmkfd.xn--p1ai',
    '看example.com吧',
    'ｅｘａｍｐｌｅ．ｃｏｍ',
    'example。com',
    'exam\u200bple.c\u00adom',
    'https:/\u200b/example.test',
    't\u2060.me/x',
  ])('is in %j', (text) => {
    expect(hasLink(text)).toBe(true)
  })

  test.each([
    '',
    'Hello!',
    'e.g.',
    'i.e. this',
    'node.js',
    '3.14',
    '1.2.3.4',
    'index.html',
    'hello.world',
    'main.rs and run.sh',
    'README.md',
    'do it.me too',
    'ok.so what',
    'fin.comédie',
    'dot.computer',
    'dot.com-pany',
    '.com',
    '. com',
    '…com',
    'https://',
    'a://',
    'http:/example',
    '12:30',
    'either/or',
    'mailto: Ada',
    'email:to',
    'awww.so cute',
    'www.',
  ])('is not in %j', (text) => {
    expect(hasLink(text)).toBe(false)
  })

  test('is everything that the page links', () => {
    const scheme = fc.constantFrom(
      ...['http://', 'https://', 'HTTP://', 'x https://', '(http://', 'www.', 'WWW.', '(www.'],
    )
    const rest = fc.oneof(fc.webUrl(), fc.domain(), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.string(), scheme, rest, (before, scheme, rest) => {
        const text = before + scheme + rest
        fc.pre(splitLinks(text).some(({ href }) => href !== null))
        expect(hasLink(text)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})
