import { describe, expect, test } from 'vitest'
import type { HitPage } from '../../src/client/contract.ts'
import { ChatProblem } from '../../src/client/problem.ts'
import { linkedMessage, messageLink } from '../../src/web/conversation/message-link.ts'
import { excerptParts } from '../../src/web/search/excerpt-parts.ts'
import { followedHits } from '../../src/web/search/followed-hits.ts'
import { SearchRequests } from '../../src/web/search/search-requests.ts'
import type { SearchRequest, SearchState } from '../../src/web/search/search-state.ts'
import { searchStatus } from '../../src/web/search/search-texts.ts'
import { bob, sent } from './messages.ts'
import { deletion, edit, erasure, purge } from './mutations.ts'

const hit = (number: number) => ({ message: sent(number), excerpt: 'found', matches: [] })
const page = (numbers: number[], next_cursor: string | null = null): HitPage => ({
  hits: numbers.map(hit),
  next_cursor,
})
const term = (q: string): SearchRequest => ({ q, from: null })

function searches() {
  const calls: { request: SearchRequest; cursor: string | null }[] = []
  const answers: { resolve: (page: HitPage) => void; reject: (problem: unknown) => void }[] = []
  let timers: (() => void)[] = []
  const texts: string[] = []
  const states: SearchState[] = []
  const requests = new SearchRequests({
    find: (request, cursor) => {
      calls.push({ request, cursor })
      return new Promise((resolve, reject) => answers.push({ resolve, reject }))
    },
    after: (_ms, run) => {
      timers.push(run)
      return () => {
        timers = timers.filter((timer) => timer !== run)
      }
    },
    onChange: (state) => {
      states.push(state)
      const found = state.results?.hits.map(({ message }) => message.id).join(' ') ?? ''
      texts.push(`${searchStatus(state)} ${found}`.trim())
    },
  })
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    requests,
    terms: () => calls.map(({ request, cursor }) => request.q + (cursor ?? '')),
    pause: () => timers.splice(0).forEach((run) => void run()),
    async answer(at: number, result: HitPage | ChatProblem) {
      if (result instanceof ChatProblem) answers[at]?.reject(result)
      else answers[at]?.resolve(result)
      await settled()
    },
    last: () => texts.at(-1),
    state: () => states.at(-1),
  }
}

describe('a search', () => {
  test('waits for a pause in typing, and asks once', async () => {
    const { requests, terms, pause, answer, last } = searches()
    for (const q of ['hel', 'hell', 'hello']) requests.search(term(q), 'soon')
    expect(terms()).toEqual([])
    pause()
    expect(terms()).toEqual(['hello'])
    await answer(0, page([2, 1]))
    expect(last()).toBe('2 messages m000002 m000001')
  })

  test('starts at once after Enter, and not again for the same term', async () => {
    const { requests, terms, pause, answer } = searches()
    requests.search(term('hello'), 'soon')
    requests.search(term('hello'), 'now')
    pause()
    await answer(0, page([1]))
    requests.search(term('hello'), 'soon')
    requests.search(term('hello'), 'now')
    pause()
    expect(terms()).toEqual(['hello'])
  })

  test('for fewer than three characters asks nothing', () => {
    const { requests, terms, last } = searches()
    requests.search(term('👍👍'), 'now')
    expect([terms(), last()]).toEqual([[], 'Type at least 3 characters.'])
  })

  test('ignores a late answer to an earlier term', async () => {
    const { requests, answer, last } = searches()
    requests.search(term('one'), 'now')
    requests.search(term('two'), 'now')
    await answer(1, page([2]))
    await answer(0, page([1]))
    expect(last()).toBe('1 message m000002')
  })

  test('adds the next page, also after an empty one', async () => {
    const { requests, terms, answer, last } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, page([], ' below 9'))
    expect(last()).toBe('Nothing found so far.')
    requests.more()
    await answer(1, page([5], ' below 5'))
    requests.more()
    await answer(2, page([3]))
    expect(terms()).toEqual(['hello', 'hello below 9', 'hello below 5'])
    expect(last()).toBe('2 messages m000005 m000003')
  })

  test('says why it failed, and can be repeated', async () => {
    const { requests, terms, answer, last } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, new ChatProblem('rate_limited', 'Slow down.', { retryAfterMs: 11_200 }))
    expect(last()).toBe('Too many searches. This one will start again by itself.')
    requests.search(term('hello'), 'now')
    await answer(1, new ChatProblem('unavailable', 'Postgres is away.'))
    expect(last()).toBe('Search is not available right now. Try again in a moment.')
    expect(terms()).toEqual(['hello', 'hello'])
  })

  test('keeps the results when the next page fails', async () => {
    const { requests, answer, last } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, page([5], ' below 5'))
    requests.more()
    await answer(1, new ChatProblem('network', ''))
    expect(last()).toBe('The service did not answer. m000005')
  })

  test('that came too soon counts down, and is repeated by itself', async () => {
    const { requests, terms, pause, answer, last, state } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, new ChatProblem('rate_limited', 'Slow down.', { retryAfterMs: 2_200 }))
    const left: unknown[] = []
    while (terms().length < 2) {
      left.push(state()?.again?.secondsLeft)
      pause()
    }
    expect(left).toEqual([3, 2, 1])
    expect(state()).toMatchObject({ phase: 'searching', again: null })
    await answer(1, page([1]))
    expect(last()).toBe('1 message m000001')
  })

  test('that came too soon is forgotten with its term', async () => {
    const { requests, terms, pause, answer, state } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, new ChatProblem('rate_limited', 'Slow down.', { retryAfterMs: 1_000 }))
    requests.search(term('he'), 'soon')
    pause()
    requests.repeat()
    expect([terms(), state()?.again]).toEqual([['hello'], null])
  })

  test('without an answer is repeated when the user asks for it', async () => {
    const { requests, terms, pause, answer, last, state } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, page([5], ' below 5'))
    requests.more()
    await answer(1, new ChatProblem('network', ''))
    expect(state()?.again).toEqual({ secondsLeft: null })
    pause()
    requests.repeat()
    await answer(2, page([3]))
    expect(terms()).toEqual(['hello', 'hello below 5', 'hello below 5'])
    expect(last()).toBe('2 messages m000005 m000003')
  })

  test('loses deleted hits, and counts the others', async () => {
    const { requests, answer, last } = searches()
    requests.search(term('message'), 'now')
    await answer(0, page([6, 5, 4, 3, 2]))
    requests.follow(deletion(4))
    requests.follow(purge(bob, 5, 6))
    expect(last()).toBe('2 messages m000003 m000002')
    requests.follow(deletion(9))
    requests.follow(erasure(bob, 'delete'))
    expect(last()).toBe('Nothing found.')
  })

  test('keeps nothing that was deleted while its answer was on its way', async () => {
    const { requests, answer, last } = searches()
    requests.search(term('message'), 'now')
    requests.follow(deletion(2))
    await answer(0, page([2, 1]))
    expect(last()).toBe('1 message m000001')
  })

  test('shows the new text of an edited hit, as long as it has the term', () => {
    const changed = (q: string, text: string) =>
      followedHits([hit(1)], q, [edit(1, text)]).map(({ excerpt, matches }) => [excerpt, matches])
    expect(changed('(.+)', '👋 Not (.+)!')).toEqual([['👋 Not (.+)!', [{ start: 6, end: 10 }]]])
    expect(changed('hello', `${'a'.repeat(100)} HELLO${'b'.repeat(300)}`)).toEqual([
      [`${'a'.repeat(59)} HELLO${'b'.repeat(135)}`, [{ start: 60, end: 65 }]],
    ])
    expect(changed('hello', 'good bye')).toEqual([])
    expect(changed('', 'good bye')).toEqual([['good bye', []]])
  })

  test('that finds nothing says so', async () => {
    const { requests, answer, last } = searches()
    requests.search(term('hello'), 'now')
    await answer(0, page([]))
    expect(last()).toBe('Nothing found.')
    requests.search(term(''), 'now')
    await answer(1, page([]))
    expect(last()).toBe('Nobody has mentioned you yet.')
  })
})

test('an excerpt is split at its matches, by code points', () => {
  const excerpt = '👋 Hello, hello!'
  const matches = [
    { start: 2, end: 7 },
    { start: 9, end: 14 },
  ]
  expect(excerptParts({ excerpt, matches })).toEqual([
    { text: '👋 ', isMatch: false },
    { text: 'Hello', isMatch: true },
    { text: ', ', isMatch: false },
    { text: 'hello', isMatch: true },
    { text: '!', isMatch: false },
  ])
})

test('a link names a message, and other addresses do not', () => {
  const id = '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11'
  const link = messageLink('https://chat.example.com/?a=b#message', id)
  expect(link).toBe(`https://chat.example.com/?a=b#${id}`)
  expect(linkedMessage(new URL(link).hash)).toBe(id)
  expect(['', '#', '#message', `#${id}0`, `#${id.slice(1)}`].map(linkedMessage)).toEqual(
    Array(5).fill(null),
  )
})
