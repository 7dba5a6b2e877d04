import { describe, expect, test } from 'vitest'
import { fill, fillNodes, plural } from '../../src/web/strings/fill.ts'

describe('a text with places', () => {
  test('gets its values, each place the one of its name', () => {
    expect(fill('{a} and {b}, {a}', { a: 'x', b: 2 })).toBe('x and 2, x')
    expect(fill('plain', {})).toBe('plain')
  })

  test('does not read a value as a text with places', () => {
    expect(fill('{a}{b}', { a: '{b}', b: '$&' })).toBe('{b}$&')
  })

  test('is not shown without a value', () => {
    expect(() => fill('{a}', {})).toThrow(TypeError)
  })

  test('may get elements, with the words around them', () => {
    expect(fillNodes('Reply to {name}: {text}', { name: 'Ada', text: 'Hi' })).toEqual([
      ...['Reply to ', 'Ada', ': ', 'Hi'],
    ])
    expect(fillNodes('{name}', { name: 'Ada' })).toEqual(['Ada'])
  })

  test('has a form for each number', () => {
    const messages = { one: '1 message', other: '{count} messages of {name}' }
    expect(plural(messages, 1)).toBe('1 message')
    expect(plural(messages, 0, { name: 'Ada' })).toBe('0 messages of Ada')
    expect(plural(messages, 1000, { count: '1,000', name: 'Ada' })).toBe('1,000 messages of Ada')
  })
})
