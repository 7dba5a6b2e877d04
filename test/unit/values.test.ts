import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalEmail, Email } from '../../src/contract/values.ts'

describe('an email', () => {
  test.each([
    ...['ada@example.com', 'ADA@Example.COM', 'ada+chat@example.com', 'a.d_a-l@ex-ample.co.uk'],
    ...["o'brien@example.com", 'ada/lovelace=x@example.com', '{ada}!#$%&*?^`|~@example.com'],
    ...['a@example.photography', 'a@example.xn--p1ai', 'a@xn--e1afmkfd.xn--p1ai', 'a@1.2.com'],
    ...[
      'ада@x.рф'.replace('ада', 'a'),
      'a@пример.рф',
      'a@例え.テスト',
      'a@موقع.وزارة-الاتصالات.مصر',
    ],
    ...['a@ﬁsh.com', 'a@b-.com', `a@${'b'.repeat(64)}.com`],
  ])('may be %s', (email) => {
    expect(Email.parse(` ${email}\n`)).toBe(email)
  })

  test.each([
    ...[
      'ada',
      '@example.com',
      'ada@',
      'ada@localhost',
      'ada@example',
      'ada@example.c',
      'a@1.2.3.4',
    ],
    ...[
      '.ada@example.com',
      'ada.@example.com',
      'a..a@example.com',
      'a da@example.com',
      'a@b@c.com',
    ],
    ...['ада@example.com', 'ada@exam ple.com', 'ada@example.com/x', 'ada@при/мер.рф', 'ada@.рф'],
    ...[
      'ada@[1.2.3.4]',
      '"ada"@example.com',
      'ada@example.xn--',
      'ada@exa_mple.com',
      '\u212a@x.com',
    ],
    ...['ada@пример.рф:80', 'ada@пример.рф?x', 'a@-example.com'],
  ])('may not be %j', (email) => {
    const [issue] = Email.safeParse(email).error?.issues ?? []
    expect(issue?.message).toBe('Must be an email address, like ada@example.com.')
  })

  test('has at most 254 characters, as it is typed and as the network knows it', () => {
    const longest = `${'a'.repeat(242)}@example.com`
    expect(Email.safeParse(longest).success).toBe(true)
    for (const email of [`a${longest}`, `${'a'.repeat(238)}@пример.рф`])
      expect(Email.safeParse(email).error?.issues[0]?.message).toBe(
        'Must have at most 254 characters.',
      )
  })

  test('is one in whatever case, and in both forms of its host', () => {
    const forms = [
      'Ada@ПРИМЕР.рф',
      'ada@пример.РФ',
      'ada@xn--e1afmkfd.xn--p1ai',
      'ADA@XN--E1AFMKFD.xn--P1ai',
    ]
    expect(new Set(forms.map(canonicalEmail))).toEqual(new Set(['ada@xn--e1afmkfd.xn--p1ai']))
    expect(canonicalEmail('no address at all')).toBe('no address at all')
  })

  test('that is an address without foreign letters is its own canonical form in small letters', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(canonicalEmail(email)).toBe(email.toLowerCase())
      }),
    )
  })

  test('has one canonical form, however often it is made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.domain(), (text, host) => {
        for (const email of [text, `${text}@${host}`, `ada@${text}.рф`]) {
          const canonical = canonicalEmail(email)
          expect(canonicalEmail(canonical)).toBe(canonical)
        }
      }),
    )
  })
})
