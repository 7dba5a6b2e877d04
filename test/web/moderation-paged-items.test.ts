import { describe, expect, test } from 'vitest'
import { PagedItems } from '../../src/web/moderation/paged-items.ts'

type Item = { id: string; revision: number; open: boolean }

const item = (id: string, { revision = 1, open = true } = {}): Item => ({ id, revision, open })

function loadedWith(...ids: string[]) {
  const items = new PagedItems<Item>({
    keyOf: ({ id }) => id,
    isListed: ({ open }) => open,
    isOutdated: (one, known) => one.revision < known.revision,
  })
  items.startLoading()
  items.replace({ items: ids.map((id) => item(id)), next_cursor: 'next' })
  return items
}

const idsOf = (items: PagedItems<Item>) => items.shown.map(({ id }) => id)

describe('a new item', () => {
  test('waits until it is revealed on top, the newest first', () => {
    const items = loadedWith('b', 'a')
    items.arrive(item('c'))
    items.arrive(item('d'))
    expect([idsOf(items), items.waitingCount]).toEqual([['b', 'a'], 2])
    items.reveal()
    expect([idsOf(items), items.waitingCount]).toEqual([['d', 'c', 'b', 'a'], 0])
  })

  test('is shown at once in an empty list, where nothing can move', () => {
    const items = loadedWith()
    items.arrive(item('a'))
    expect([idsOf(items), items.waitingCount]).toEqual([['a'], 0])
  })

  test('is ignored if it does not belong to the list, and before anything was loaded', () => {
    const items = loadedWith('a')
    items.arrive(item('b', { open: false }))
    expect(items.waitingCount).toBe(0)
    items.clear()
    items.arrive(item('c'))
    expect([idsOf(items), items.waitingCount, items.isLoaded]).toEqual([[], 0, false])
  })

  test('that arrives while the first page is loaded is not lost, and not doubled', () => {
    const items = loadedWith('a')
    items.startLoading()
    items.arrive(item('b'))
    items.arrive(item('c'))
    items.replace({ items: [item('b'), item('a')], next_cursor: null })
    expect([idsOf(items), items.waitingCount]).toEqual([['b', 'a'], 1])
  })
})

describe('a known item', () => {
  test('changes in its place, and stays when it no longer belongs to the list', () => {
    const items = loadedWith('b', 'a')
    items.arrive(item('a', { revision: 2, open: false }))
    expect(items.shown).toEqual([item('b'), item('a', { revision: 2, open: false })])
    expect(items.waitingCount).toBe(0)
  })

  test('keeps the newer state', () => {
    const items = loadedWith('a')
    items.arrive(item('a', { revision: 3 }))
    items.arrive(item('a', { revision: 2 }))
    expect(items.shown).toEqual([item('a', { revision: 3 })])
  })

  test('also changes while it waits', () => {
    const items = loadedWith('a')
    items.arrive(item('b'))
    items.change(
      ({ id }) => id === 'b',
      (known) => ({ ...known, revision: 9 }),
    )
    items.reveal()
    expect(items.shown[0]).toEqual(item('b', { revision: 9 }))
  })
})

test('the next page is added below, without items that are known', () => {
  const items = loadedWith('c', 'b')
  items.append({ items: [item('b'), item('a')], next_cursor: null })
  expect([idsOf(items), items.cursor]).toEqual([['c', 'b', 'a'], null])
})

test('a newest page without any known item does not continue the list', () => {
  const items = loadedWith('b', 'a')
  expect(items.isContinuedBy([item('c'), item('b')])).toBe(true)
  expect(items.isContinuedBy([item('y'), item('x')])).toBe(false)
})
