// Long answers that the room gave lately, for the whole isolate. None is given out unasked: the room is
// asked each time, and says where it would still give the same, which costs next to nothing.

import type { Context, TypedResponse } from 'hono'
import type { Answered } from '../room/rpc.ts'

/** What the room answered, and the tag by which it knows that. */
export type Kept = { tag: string; text: string }

/** One may have a megabyte. */
const keptMax = 8
const answers = new Map<string, Kept>()

/** @param name of the question */
export function keptAnswer(name: string): Kept | undefined {
  return answers.get(name)
}

/** The text of an answer to whoever showed the tag of `known`. */
export function textOf({ tag, text }: Answered, name: string, known: Kept | undefined): string {
  if (text !== null) {
    if (tag !== null) keep(name, { tag, text })
    return text
  }
  if (!known) throw new Error('The room left out a text that it was not shown the tag of.')
  return known.text
}

function keep(name: string, answer: Kept): void {
  answers.delete(name)
  answers.set(name, answer)
  const [oldest = name] = answers.keys()
  if (answers.size > keptMax) answers.delete(oldest)
}

/** @param json the text of a `T`, as the room wrote it */
export function written<T>(c: Context, json: string): TypedResponse<T, 200, 'json'> & Response {
  const answer = c.body(json, 200, { 'content-type': 'application/json' })
  return answer as unknown as TypedResponse<T, 200, 'json'> & Response
}
