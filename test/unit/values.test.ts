import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { NewPassword, Password, passwordForms } from '../../src/contract/password.ts'
import { Username } from '../../src/contract/username.ts'
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

describe('a password', () => {
  const [nfc, nfd] = ['p\u00e4ssw\u00f6rter', 'pa\u0308sswo\u0308rter']

  test('that is chosen is kept in one form, however it is typed', () => {
    expect([nfc, nfd].map((typed) => NewPassword.parse(typed))).toEqual([nfc, nfc])
    expect(NewPassword.parse('a\u00a0long\u3000one')).toBe('a long one')
    expect(NewPassword.parse('  with spaces  ')).toBe('  with spaces  ')
  })

  test('that is given is kept as it is typed, for older hashes were made of that', () => {
    expect([nfc, nfd].map((typed) => Password.parse(typed))).toEqual([nfc, nfd])
  })

  test('has one form in ASCII, and at most three', () => {
    expect(passwordForms('correct horse')).toEqual(['correct horse'])
    expect(passwordForms(nfc)).toEqual([nfc, nfd])
    expect(passwordForms(nfd)).toEqual([nfc, nfd])
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        const forms = passwordForms(typed)
        expect(forms).toContain(typed)
        expect(forms[0]).toBe(NewPassword.safeParse(typed).data ?? forms[0])
        expect(new Set(forms).size).toBe(forms.length)
        expect(forms.length).toBeLessThanOrEqual(3)
        expect(passwordForms(forms[0])[0]).toBe(forms[0])
      }),
    )
  })

  test('is measured in the form that is hashed, when it is chosen', () => {
    const seven = 'pa\u0308sswor'
    expect(NewPassword.safeParse(seven).error?.issues[0]?.message).toBe(
      'Must have at least 8 characters.',
    )
    expect(NewPassword.safeParse('e\u0301'.repeat(36)).data).toBe('é'.repeat(36))
    expect(NewPassword.safeParse('é'.repeat(37)).error?.issues[0]?.message).toBe(
      'Must have at most 72 bytes; letters other than a to z take more than one.',
    )
  })

  test('is let through in whatever form it may have been chosen', () => {
    // Eight code points as typed are seven in today's form; 72 bytes as typed are 144.
    for (const older of ['pa\u0308sswor', '\u0958'.repeat(24), 'e\u0301'.repeat(24)])
      expect(Password.parse(older)).toBe(older)
    expect(Password.safeParse('é'.repeat(37)).success).toBe(false)
    expect(Password.safeParse('short').success).toBe(false)
  })
})

describe('untrusted input', () => {
  const marks = `e${'\u0301\u0323'.repeat(15_000)}`
  const foreign = Array.from({ length: 5_000 }, (_, at) => String.fromCodePoint(0x4e00 + at))

  // Both take time by the square of the length: 64 KiB kept the isolate busy for over a second.
  test.each([
    ['a username', Username, marks, 'Must have 3 to 50 characters.'],
    ['a password', Password, marks, /^Must have at most 72 bytes;/],
    ['a password that is chosen', NewPassword, marks, /^Must have at most 72 bytes;/],
    ['an email', Email, `a@${foreign.join('')}.com`, 'Must have at most 254 characters.'],
  ] as const)('is normalized only where it is short: %s', (_, schema, sent, message) => {
    const lengths: number[] = []
    const { normalize } = String.prototype
    const spies = [
      vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form) {
        lengths.push(this.length)
        return normalize.call(this, form)
      }),
      vi.spyOn(URL, 'canParse').mockImplementation((url) => {
        lengths.push(String(url).length)
        return false
      }),
    ]
    const [issue] = schema.safeParse(sent).error?.issues ?? []
    for (const spy of spies) spy.mockRestore()
    expect(issue?.message).toMatch(message)
    expect(Math.max(0, ...lengths)).toBeLessThan(1_100)
  })
})
