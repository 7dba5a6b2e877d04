// Runs the searches of the panel: some time after the last key, or at once after Enter. Only the answer to the
// latest request counts. A search is not repeated while the term stays the same, because they are limited.

import type { HitPage } from '../../client/contract.ts'
import type { Mutation } from '../../client/events.ts'
import type * as values from '../../contract/values.ts'
import { followedHits } from './followed-hits.ts'
import type { SearchRequest, SearchState } from './search-state.ts'
import { searchAgain, searchFailure } from './search-texts.ts'

export type SearchOptions = {
  /** @throws ChatProblem */
  find: (request: SearchRequest, cursor: string | null) => Promise<HitPage>
  /** Runs a function once after so many milliseconds. Returns a function that cancels it. */
  after: (ms: number, run: () => void) => () => void
  onChange: (state: SearchState) => void
}

const pauseMs = 700
/** Code points. */
export const termMin: (typeof values.limits.search)['min'] = 3

const isSame = (one: SearchRequest, other: SearchRequest | undefined) =>
  one.q === other?.q && one.from === other.from

export class SearchRequests {
  readonly #options: SearchOptions
  #state: SearchState = { phase: 'idle', results: null, problem: null, again: null }
  #repeat = () => {}
  #cancelWait = () => {}
  /** Counts the requests, so that a late answer to an older one is ignored. */
  #latest = 0
  /** An answer that is on its way may be older than these. */
  #missed: Mutation[] = []

  constructor(options: SearchOptions) {
    this.#options = options
  }

  /** @param when `soon`: after a pause in typing */
  search(request: SearchRequest, when: 'soon' | 'now'): void {
    this.#cancelWait()
    const { results, problem } = this.#state
    const length = [...request.q].length
    if (length > 0 && length < termMin) {
      this.#latest++
      this.#set({ phase: 'short', results: null, problem: null })
      return
    }
    if (isSame(request, results?.request) && problem === null) {
      this.#latest++
      this.#set({ phase: 'done' })
      return
    }
    const run = () => {
      this.#set({ results: null })
      void this.#find(request, null)
    }
    if (when === 'now') run()
    else {
      this.#latest++
      this.#set({ phase: 'waiting', problem: null })
      this.#cancelWait = this.#options.after(pauseMs, run)
    }
  }

  /** Loads the next page of the results. */
  more(): void {
    const { phase, results } = this.#state
    if (phase !== 'done' || !results?.nextCursor) return
    this.#cancelWait()
    void this.#find(results.request, results.nextCursor)
  }

  /** Repeats the search that failed. */
  repeat(): void {
    this.#cancelWait()
    if (this.#state.again) this.#repeat()
  }

  /** Forgets everything, and what is on its way. */
  clear(): void {
    this.#cancelWait()
    this.#latest++
    this.#set({ phase: 'idle', results: null, problem: null })
  }

  /** To be called when something has happened to messages. */
  follow(mutation: Mutation): void {
    const { phase, results } = this.#state
    if (phase === 'searching') this.#missed.push(mutation)
    if (!results) return
    const hits = followedHits(results.hits, results.request.q, [mutation])
    if (hits !== results.hits) this.#set({ results: { ...results, hits } })
  }

  async #find(request: SearchRequest, cursor: string | null): Promise<void> {
    const own = ++this.#latest
    this.#missed = []
    this.#set({ phase: 'searching', problem: null })
    try {
      const { hits, next_cursor } = await this.#options.find(request, cursor)
      if (own !== this.#latest) return
      const before = cursor === null ? [] : (this.#state.results?.hits ?? [])
      const added = followedHits(hits, request.q, this.#missed)
      const results = { request, hits: [...before, ...added], nextCursor: next_cursor }
      this.#set({ phase: 'done', results })
    } catch (thrown) {
      if (own !== this.#latest) return
      this.#repeat = () => void this.#find(request, cursor)
      this.#set({ phase: 'done', problem: searchFailure(thrown) })
      this.#wait(searchAgain(thrown))
    }
  }

  /** Counts the seconds down, and then repeats the search that failed. */
  #wait(again: SearchState['again']): void {
    this.#set({ again })
    const seconds = again?.secondsLeft ?? null
    if (seconds === null) return
    this.#cancelWait = this.#options.after(1000, () =>
      seconds > 1 ? this.#wait({ secondsLeft: seconds - 1 }) : this.#repeat(),
    )
  }

  #set(change: Partial<SearchState>): void {
    this.#state = { ...this.#state, ...('problem' in change && { again: null }), ...change }
    this.#options.onChange(this.#state)
  }
}
