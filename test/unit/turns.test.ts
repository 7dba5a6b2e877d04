import { afterEach, describe, expect, test, vi } from 'vitest'
import { Refused } from '../../src/http/problem.ts'
import { createTurns, type InTurn } from '../../src/http/turns.ts'

/** Work that ends when it is told to, and says when it began. */
function jobs(inTurn: InTurn) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string) =>
    inTurn(() => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    })
  return { begun, start, end: (name: string) => ends.get(name)?.() }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a line', () => {
  test('lets so many work at once, and the others in the order of their coming', async () => {
    const { begun, start, end } = jobs(createTurns({ atOnce: 2, waiting: 9 }))
    const all = ['a', 'b', 'c', 'd'].map(start)
    await vi.waitUntil(() => begun.length === 2)
    end('b')
    expect(await all[1]).toBe('b')
    await vi.waitUntil(() => begun.length === 3)
    expect(begun).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c']) end(name)
    await vi.waitUntil(() => begun.length === 4)
    end('d')
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('does not wait where nobody is', async () => {
    const { begun, start, end } = jobs(createTurns({ atOnce: 1, waiting: 0 }))
    const only = start('a')
    await Promise.resolve()
    expect(begun).toEqual(['a'])
    end('a')
    await only
  })

  test('that is too long turns away at once', async () => {
    const { start, end } = jobs(createTurns({ atOnce: 1, waiting: 1 }))
    const [first, second] = [start('a'), start('b')]
    await expect(start('c')).rejects.toMatchObject({ refusal: { code: 'unavailable' } })
    end('a')
    await first
    const third = start('c')
    for (const [name, job] of [['b', second] as const, ['c', third] as const])
      await vi.waitUntil(async () => {
        end(name)
        return (await Promise.race([job, null])) === name
      })
  })

  test('goes on after work that failed', async () => {
    const inTurn = createTurns({ atOnce: 1, waiting: 1 })
    await expect(inTurn(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await inTurn(async () => 'yes')).toBe('yes')
  })

  test('goes on without who was cut off at work', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const inTurn = createTurns({ atOnce: 1, waiting: 1 })
    inTurn(() => new Promise(() => {}))
    const next = inTurn(async () => 'next')
    vi.setSystemTime(16_000)
    expect(await inTurn(async () => 'last').catch(() => next)).toBe('next')
  })

  test('that stands still turns away', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const inTurn = createTurns({ atOnce: 1, waiting: 1 })
    inTurn(() => new Promise(() => {}))
    const next = inTurn(async () => 'next')
    vi.setSystemTime(11_000)
    await expect(next).rejects.toBeInstanceOf(Refused)
  })
})
