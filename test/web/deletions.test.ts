import { describe, expect, test } from 'vitest'
import { ChatProblem } from '../../src/client/problem.ts'
import { Deletions } from '../../src/web/deletions.ts'

function scene(remove: (id: string) => Promise<void> = async () => {}) {
  const timers = new Map<object, () => void>()
  const removed: string[] = []
  const told: unknown[] = []
  const deletions = new Deletions({
    remove: (id) => {
      removed.push(id)
      return remove(id)
    },
    after: (ms, run) => {
      const timer = { ms }
      timers.set(timer, run)
      return () => timers.delete(timer)
    },
    told: (...news) => told.push(news),
  })
  const pass = () => {
    for (const [timer, run] of [...timers]) {
      timers.delete(timer)
      run()
    }
  }
  return { deletions, removed, told, pass }
}

describe('a deletion', () => {
  test('is told to the service when the time to think again is over', async () => {
    const { deletions, removed, told, pass } = scene()
    deletions.begin('a')
    expect(removed).toEqual([])
    pass()
    expect(removed).toEqual(['a'])
    expect(told).toEqual([
      ['a', 'undoable', null],
      ['a', 'leaving', null],
    ])
  })

  test('that is undone is told to nobody', () => {
    const { deletions, removed, told, pass } = scene()
    deletions.begin('a')
    deletions.undo('a')
    pass()
    deletions.hurry()
    expect(removed).toEqual([])
    expect(told.at(-1)).toEqual(['a', 'kept', null])
  })

  test('goes out at once, and once, when the page goes away', () => {
    const { deletions, removed, pass } = scene()
    deletions.begin('a')
    deletions.begin('b')
    deletions.hurry()
    pass()
    deletions.hurry()
    expect(removed).toEqual(['a', 'b'])
  })

  test('that is asked for twice goes out once', () => {
    const { deletions, removed, pass } = scene()
    deletions.begin('a')
    deletions.begin('a')
    pass()
    expect(removed).toEqual(['a'])
  })

  test('cannot be undone once it is out', () => {
    const { deletions, told, pass } = scene()
    deletions.begin('a')
    pass()
    deletions.undo('a')
    expect(told.at(-1)).toEqual(['a', 'leaving', null])
  })

  test('that fails leaves the message, and says why', async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    const { deletions, told, pass } = scene(() => promise)
    deletions.begin('a')
    pass()
    reject(new ChatProblem('rate_limited', 'Rate limit exceeded. Please slow down.'))
    await Promise.allSettled([promise])
    expect(told.at(-1)).toEqual([
      'a',
      'kept',
      'Not deleted. Rate limit exceeded. Please slow down.',
    ])
  })
})
