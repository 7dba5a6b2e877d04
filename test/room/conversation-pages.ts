// Searches and lists of mentions, for tests.

import { expect } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { type Hit, HitPage, MentionPage } from '../../src/contract/routes/conversation.ts'
import { callAs, newPerson, type Person } from '../support/chat.ts'

export type Query = Record<string, string | number>

export function searchAs(
  by: Pick<Person, 'token'>,
  q: string,
  more: Query = {},
): Promise<Response> {
  const query = new URLSearchParams({ q, ...more } as Record<string, string>)
  return callAs(by, 'GET', `/messages/search?${query}`)
}

/** By someone who has not searched yet. */
export async function hitPage(q: string, more: Query = {}): Promise<HitPage> {
  const answer = await searchAs(await newPerson('searcher'), q, more)
  expect(answer.status).toBe(200)
  return HitPage.parse(await answer.json())
}

export const hits = async (q: string, more: Query = {}): Promise<Hit[]> =>
  (await hitPage(q, more)).hits

/** The texts of the messages found. */
export const found = async (q: string, more: Query = {}): Promise<string[]> =>
  (await hits(q, more)).map(({ message }) => message.content)

export async function mentionsOf(by: Person, more: Query = {}): Promise<MentionPage> {
  const query = new URLSearchParams(more as Record<string, string>)
  const answer = await callAs(by, 'GET', `/auth/me/mentions?${query}`)
  expect(answer.status).toBe(200)
  return MentionPage.parse(await answer.json())
}

/** Follows the cursors to the end, and gives all that was on the pages. */
export async function allPages<T>(
  read: (more: Query) => Promise<{ items: T[]; next_cursor: string | null }>,
): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const page: { items: T[]; next_cursor: string | null } = await read(cursor ? { cursor } : {})
    all.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return all
}

export const change = (by: Person, message: Message, content: string) =>
  callAs(by, 'PATCH', `/messages/${message.id}`, { content })

export const remove = (by: Person, message: Message) =>
  callAs(by, 'DELETE', `/messages/${message.id}`)
