// The messages that one client shows. By the rules of the protocol, the higher of two revisions of
// a message wins, in whatever order they come.

import type { Message } from '../../../src/contract/entities.ts'
import type { DurableFrame } from './truth.ts'

/** A change may come before the page with its message: then some fields are still missing. */
type State = Partial<Message> & Pick<Message, 'id' | 'revision'>

export class View {
  readonly #states = new Map<string, State>()
  /** The client has loaded no further back than this id; empty: it has everything. */
  horizon = ''

  take(state: State): void {
    const known = this.#states.get(state.id)
    const isNews = known === undefined || state.revision > known.revision
    this.#states.set(state.id, isNews ? { ...known, ...state } : { ...state, ...known })
  }

  apply(frame: DurableFrame): void {
    this.take(stateIn(frame))
  }

  /** Newest first, down to the horizon. */
  shown(): State[] {
    return [...this.#states.values()]
      .filter(({ id, is_deleted }) => id >= this.horizon && !is_deleted)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
  }
}

function stateIn(frame: DurableFrame): State {
  if (frame.event === 'new_message') return frame.data
  const { message_id: id, ...change } = frame.data
  const blank = frame.event === 'message_deleted' && { content: '', is_deleted: true }
  return { id, ...change, ...blank }
}
