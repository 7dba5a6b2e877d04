import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Inline, inlineParts } from '../../src/web/text/inline-format.ts'
import { type Block, messageBlocks } from '../../src/web/text/message-format.ts'

/** `**bold**` becomes `<bold:bold>`: what is marked, and how it is nested. */
const shown = (parts: readonly Inline[]): string =>
  parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      const inside = 'parts' in part ? shown(part.parts) : part.text
      return `<${part.kind}:${inside}>`
    })
    .join('')
const inline = (text: string, names: string[] = []) => shown(inlineParts(text, names))

/** The text from which the parts were made. */
const typedParts = (parts: readonly Inline[]): string =>
  parts
    .map((part) => {
      const inside = 'parts' in part ? typedParts(part.parts) : part.text
      return 'mark' in part ? part.mark + inside + part.mark : inside
    })
    .join('')
const typedBlock = (block: Block): string => {
  if (block.kind === 'paragraph') return typedParts(block.parts)
  if (block.kind === 'code') return block.open + block.text + block.close
  if (block.kind === 'list')
    return block.items.map(({ mark, parts }) => mark + typedParts(parts)).join('\n')
  const lines = typedParts(block.parts).split('\n')
  return lines.map((line, i) => block.marks[i] + line).join('\n')
}
const typed = (text: string, names: string[] = []) =>
  messageBlocks(text, names).map(typedBlock).join('\n')

describe('marks within a line', () => {
  test.each([
    ['**bold** and *italic*', '<bold:bold> and <italic:italic>'],
    ['__bold__, _italic_.', '<bold:bold>, <italic:italic>.'],
    ['***both***', '<bold:<italic:both>>'],
    ['**bold *and* more**', '<bold:bold <italic:and> more>'],
    ['*italic **and** more*', '<italic:italic <bold:and> more>'],
    ['***a* b**', '<bold:<italic:a> b>'],
    ['你好**世界**吧', '你好<bold:世界>吧'],
    ['(*so*)', '(<italic:so>)'],
    ['`a * b * c`', '<code:a * b * c>'],
    ['``a ` b``', '<code:a ` b>'],
    ['**`code` too**', '<bold:<code:code> too>'],
    ['*see https://example.com/a_b_c*', '<italic:see <link:https://example.com/a_b_c>>'],
    ['www.example.com!', '<link:www.example.com>!'],
    ['**@Ada**', '<bold:<mention:@Ada>>'],
  ])('%s', (text, expected) => {
    expect(inline(text, ['Ada'])).toBe(expected)
  })

  test.each([
    'snake_case_name and 2*3*4',
    '2 * 3 * 4',
    'a ** b ** c',
    '¯\\_(ツ)_/¯',
    '*not this\\*',
    '**',
    '****',
    '_____',
    '*_*',
    '`not closed',
    '``one` two',
    '# no heading',
    '<b>no HTML</b>',
    '[no](hidden)',
    '&amp;',
    '5 > 3',
  ])('stays as it is: %s', (text) => {
    expect(inline(text)).toBe(text)
  })

  test('a pair does not cross another one', () => {
    expect(inline('**a *b** c*')).toBe('<bold:a *b> c*')
  })
})

describe('blocks', () => {
  const kinds = (text: string) => messageBlocks(text).map(({ kind }) => kind)

  test('fenced code keeps its lines, and its language is not shown', () => {
    const [before, code, after] = messageBlocks('See:\n```ts\nconst a = `*b*`\n  c\n```\nDone')
    expect(before).toMatchObject({ kind: 'paragraph', parts: [{ text: 'See:' }] })
    expect(code).toMatchObject({ kind: 'code', text: 'const a = `*b*`\n  c' })
    expect(after).toMatchObject({ kind: 'paragraph', parts: [{ text: 'Done' }] })
    expect(messageBlocks('```a b\nc```')).toMatchObject([{ kind: 'code', text: 'a b\nc' }])
  })

  test.each(['```\nnever closed', '``` ```', '```\n```', '```a``` b', 'a ```\nb\n```'])(
    'no fenced code: %j',
    (text) => {
      expect(kinds(text)).not.toContain('code')
    },
  )

  test('quotes and lists are lines with their marks', () => {
    expect(kinds('> a\n> b\nc')).toEqual(['quote', 'paragraph'])
    expect(kinds('- a\n  - b\n1. c\n2) d')).toEqual(['list', 'list'])
    expect(messageBlocks('* a\n  * *b*')).toMatchObject([
      { ordered: false, items: [{ level: 0 }, { level: 1, parts: [{ kind: 'italic' }] }] },
    ])
  })

  test.each(['>:(', '-1 degree', '- ', '2026. A year', '--- a', 'a\n---'])('none: %j', (text) => {
    expect(kinds(text)).toEqual(['paragraph'])
  })
})

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom(
    '*',
    '**',
    '***',
    '_',
    '__',
    '`',
    '``',
    '```',
    '\n',
    ' ',
    '> ',
    '- ',
    '1. ',
    '\\',
  ),
  fc.constantFrom(
    '@Ada',
    'www.a.example',
    'https://a.example/_b_',
    '(',
    ')',
    'a',
    '```\n',
    '\n```',
  ),
)
const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(''))

test('the parts with their marks are the whole text, whatever it is', () => {
  fc.assert(
    fc.property(text, (words) => {
      // The line breaks around fenced code belong to no block.
      expect(typed(words, ['Ada']).replaceAll('\n', '')).toBe(words.replaceAll('\n', ''))
    }),
    { numRuns: 2_000 },
  )
})

test('the marks of code, bold and italic are the only characters that are not shown', () => {
  const visible = (parts: readonly Inline[]): string =>
    parts.map((part) => ('parts' in part ? visible(part.parts) : part.text)).join('')
  fc.assert(
    fc.property(text, (words) => {
      const left = visible(inlineParts(words, []))
      expect(left.replaceAll(/[*_`]/g, '')).toBe(words.replaceAll(/[*_`]/g, ''))
    }),
  )
})

// A time that grows with the square of the length would be minutes.
test.each([
  ...[
    '*',
    '_',
    '**a',
    '*a ',
    '*. ',
    '_a *b __c ',
    '` ',
    '`'.repeat(3),
    '> ',
    '- ',
    '1. ',
    '@',
    '*a*',
  ],
  ...[
    '```\n',
    '\n```a',
    'www.',
    'https://',
    '((((',
    'https://a.example/)',
    '`a``b```c',
    '\\',
    ' .* ',
  ],
])('a text full of %j is read at once', (piece) => {
  const words = `*${piece.repeat(Math.ceil(200_000 / piece.length))}`
  expect(typed(words, ['Ada']).length).toBeLessThanOrEqual(words.length)
})

test('a text full of backticks in ever longer runs is read at once', () => {
  const runs = Array.from({ length: 1_000 }, (_, i) => '`'.repeat(i)).join(' ')
  expect(typed(runs)).toBe(runs)
})
