import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalUsername, Username } from '../../src/contract/username.ts'

const faultOf = (name: string) => Username.safeParse(name).error?.issues[0]?.message
const sameCharacters =
  'Must have a letter before each mark, and on both sides of each apostrophe or "·".'
const mixed = 'Must not mix scripts, such as Latin and Cyrillic letters.'

/** Names as people write them, with each script at least once. */
const realNames = [
  ...['Ada Lovelace', 'Zoë Brontë', 'Nguyễn Thị Ánh', 'Łukasz Żółw', 'Bjørk Guðmundsdóttir'],
  ...["O'Brien", 'O’Brien', "'t Hooft", "Niccolo'", 'Gal·la Plana', 'Jean-Luc', 'J. R. R. Tolkien'],
  ...['Gʻulom', 'Oʻktam Toʻrayev', 'O‘ktam', 'Kaʻiulani', 'Ọláńrewájú', 'Ŋaaŋa', 'İlker Işık'],
  ...['Жуковский', 'Наталʼя', 'Ђорђе Ћирић', 'Ғабит Мүсірепов', 'Γιώργος Σεφέρης', 'Ᾰ́νδρα'],
  ...['Արամ Խաչատրյան', 'გიორგი', 'ᲒᲘᲝᲠᲒᲘ', 'דוד בן־גוריון'.replace('־', '-'), 'ג׳ורג׳', 'צה״ל'],
  ...['محمد', 'مُحَمَّد', 'علی‌رضا', 'نسرین‌السادات', 'ئازاد', 'گل‌محمد', 'ޙަސަން', 'ܐܒܓܪ'],
  ...['नमस्ते', 'श्रीमती कुमारी', 'क्‍ष', 'লায়লা', 'র‍্যাচেল', 'ਗੁਰਪ੍ਰੀਤ', 'જ્યોતિ', 'ଅନନ୍ୟା', 'தமிழ்ச்செல்வி'],
  ...['వెంకటేశ్వర', 'ಲಕ್ಷ್ಮೀ', 'രാജ്‌കുമാർ', 'ශ්‍රී', 'ක්‍රිෂාන්ත', 'สมชาย', 'น้ำผึ้ง', 'ບຸນມີ'],
  ...['བསྟན་འཛིན་', 'མཁྱེན་བརྩེ', 'မျှော်လင့်', 'လွှို့ဝှက်', 'အောင်ဆန်းစုကြည်', 'សុភាព', 'ស្រីមុំ'],
  ...['አበበ ቢቂላ', 'ᎣᏏᏲ', 'ᠲᠡᠮᠦᠵᠢᠨ', 'ꓐꓳꓐ', 'ߞߊ߲ߕߋ', '𞤀𞤣𞤢𞤥', 'ꦱꦸꦏꦂꦤ', 'ᬯᬬᬦ᭄', 'ꯂꯩꯕꯥꯛ', 'ⵉⴷⵉⵔ'],
  ...[
    '李小龍',
    '约翰·史密斯',
    '山田 太郎',
    'ジョン・スミス',
    'さくらこ',
    '東京タワーのAda',
    '佐々木',
  ],
  ...['김철수', '김Ada', 'ㄅㄆㄇ', 'ꋠꋡꋢ', '123', 'ada_l.-7'],
]

describe('a username', () => {
  test.each(realNames)('may be %s', (name) => {
    expect(faultOf(name)).toBeUndefined()
  })

  test.each([
    ['...', 'Must hold a letter or a digit.'],
    ['_-_ .', 'Must hold a letter or a digit.'],
    ['ʻʻʻ', 'Must hold a letter or a digit.'],
    ['ab', 'Must have 3 to 50 characters.'],
    ['  ab  ', 'Must have 3 to 50 characters.'],
    ['Z\u0351\u0352\u0353\u0354\u0355o', 'Must have at most 4 marks on one letter.'],
    ['\u1eb7\u0351\u0352\u0353o', 'Must have at most 4 marks on one letter.'],
    [`ကာ${'\u103b\u103d\u103e\u102d\u102f\u1036\u1037\u103a'}`, /^Must have at most 4 marks/],
    ['น้้อย', 'Must not have the same mark twice on one letter.'],
    ['A\u0301\u0302\u0301da', 'Must not have the same mark twice on one letter.'],
    ['\u0301Ada', sameCharacters],
    ["O''Brien", sameCharacters],
    ['·Ada', sameCharacters],
    ['Ada·', sameCharacters],
    ['Ada\u200bL', 'Must not hold the invisible character U+200B.'],
    ['Ada\u202eL', 'Must not hold the invisible character U+202E.'],
    ['Ada\u2800L', 'Must not hold the invisible character U+2800.'],
    ['Ada\u200dL', 'Must not hold the invisible character U+200D.'],
    ['عل\u200c\u200cرضا', 'Must not hold the invisible character U+200C.'],
    ['علی\u200c', 'Must not hold the invisible character U+200C.'],
    ['ශ\u200dරී', 'Must not hold the invisible character U+200D.'],
    ['Ada\tL', 'Must not hold the invisible character U+0009.'],
    [
      'Ada@L',
      /^Must not hold "@"\. Letters, digits, spaces and any of _ \. - ' · may stand in it\.$/,
    ],
    ['Ada 👩', /^Must not hold "👩"\./],
    ['(deleted account)', /^Must not hold "\("\./],
    ['Ada  L', 'Must have single spaces between words.'],
    ['1דוד', 'Must begin with a letter, as it is written from right to left.'],
    ['۱۲ علی', 'Must begin with a letter, as it is written from right to left.'],
  ])('may not be %j', (name, message) => {
    expect(faultOf(name)).toMatch(message)
  })

  test.each([
    ...['Adа', 'аdа', 'bօb', 'ᏴOB', 'Αda', 'かαな', 'ꓐOꓐ', 'ада Lovelace'],
    ...['ада१', 'דוד٣', 'Ada\u093e', 'Gal·ла', 'ג׳ada', 'αβγ・'],
  ])('may not mix scripts as %j does', (name) => {
    expect([mixed, sameCharacters]).toContain(faultOf(name))
  })

  test.each([
    ['  Ada Lovelace\n', 'Ada Lovelace'],
    ['\u3000山田\u3000太郎\u3000', '山田 太郎'],
    ['Ada\u00a0Lovelace', 'Ada Lovelace'],
    ['Zoe\u0308 B', 'Zo\u00eb B'],
  ])('that is typed as %j is kept as %j', (typed, kept) => {
    expect(Username.parse(typed)).toBe(kept)
  })

  test('is kept as it is when it is typed as it is kept', () => {
    const pieces = fc.constantFrom(
      ...realNames.flatMap((name) => [...name]),
      "'",
      '·',
      ' ',
      '\u0301',
    )
    const typed = fc.array(pieces, { minLength: 1, maxLength: 12 }).map((all) => all.join(''))
    fc.assert(
      fc.property(fc.oneof(typed, fc.constantFrom(...realNames)), (name) => {
        const first = Username.safeParse(name)
        if (first.success) expect(Username.parse(first.data)).toBe(first.data)
      }),
    )
  })
})

test.each([
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ['Straße', 'STRASSE'],
  ['STRAẞE', 'straße'],
  ['Ada', 'Ａda'],
  ['ﬁnn', 'FINN'],
  ['Zoe\u0308', 'ZO\u00cb'],
  ['علی\u200cرضا', 'علیرضا'],
  ['山田\u3000太郎', '山田 太郎'],
  [' Ada ', 'ada'],
])('the usernames %s and %s are one', (one, other) => {
  expect(canonicalUsername(one)).toBe(canonicalUsername(other))
})

test('the usernames Ada and Ava are two', () => {
  expect(canonicalUsername('Ada')).not.toBe(canonicalUsername('Ava'))
})

test('a username has one canonical form, however often it is made', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const canonical = canonicalUsername(name)
      expect(canonicalUsername(canonical)).toBe(canonical)
    }),
  )
})
