import { describe, expect, test } from 'vitest'
import { ChatProblem } from '../../src/client/problem.ts'
import { Deletions } from '../../src/web/conversation/deletions.ts'

function setUp(remove: (id: string) => Promise<void> = async () => {}) {
  const timers = new Map<object, () => void>()
  const removed: string[] = []
  const onPhase: unknown[] = []
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
    onPhase: (...phase) => onPhase.push(phase),
  })
  const pass = () => {
    for (const [timer, run] of [...timers]) {
      timers.delete(timer)
      run()
    }
  }
  return { deletions, removed, onPhase, pass }
}

describe('a deletion', () => {
  test('is sent when it can no longer be undone', async () => {
    const { deletions, removed, onPhase, pass } = setUp()
    deletions.start('a')
    expect(removed).toEqual([])
    pass()
    expect(removed).toEqual(['a'])
    expect(onPhase).toEqual([
      ['a', 'undoable', null],
      ['a', 'deleting', null],
    ])
  })

  test('that is undone is never sent', () => {
    const { deletions, removed, onPhase, pass } = setUp()
    deletions.start('a')
    deletions.undo('a')
    pass()
    deletions.flush()
    expect(removed).toEqual([])
    expect(onPhase.at(-1)).toEqual(['a', 'kept', null])
  })

  test('is sent at once, and only once, when the page is closed', () => {
    const { deletions, removed, pass } = setUp()
    deletions.start('a')
    deletions.start('b')
    deletions.flush()
    pass()
    deletions.flush()
    expect(removed).toEqual(['a', 'b'])
  })

  test('that is started twice is sent once', () => {
    const { deletions, removed, pass } = setUp()
    deletions.start('a')
    deletions.start('a')
    pass()
    expect(removed).toEqual(['a'])
  })

  test('cannot be undone once it is sent', () => {
    const { deletions, onPhase, pass } = setUp()
    deletions.start('a')
    pass()
    deletions.undo('a')
    expect(onPhase.at(-1)).toEqual(['a', 'deleting', null])
  })

  test('without a way back is sent at once', async () => {
    const { deletions, removed, onPhase } = setUp()
    await deletions.removeNow('a')
    deletions.undo('a')
    expect(removed).toEqual(['a'])
    expect(onPhase).toEqual([['a', 'deleting', null]])
  })

  test('that fails keeps the message, and says why', async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    const { deletions, onPhase, pass } = setUp(() => promise)
    deletions.start('a')
    pass()
    reject(new ChatProblem('rate_limited', 'Rate limit exceeded. Please slow down.'))
    await Promise.allSettled([promise])
    expect(onPhase.at(-1)).toEqual([
      'a',
      'kept',
      'Not deleted. Rate limit exceeded. Please slow down.',
    ])
  })
})
