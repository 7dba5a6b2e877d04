// What the browser remembers of who was here: a name, never a token, and how far they had read.
// A browser that keeps nothing is fine: then they log in each time.

import type { Member } from '../client/wire.ts'

const place = 'chat.visitor'
const seenPlace = (userId: string) => `chat.seen.${userId}`
const draftPlace = (userId: string) => `chat.draft.${userId}`

/** Undefined where the browser refuses. */
export function storageOf(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return window[name]
  } catch {
    return undefined
  }
}

const long = storageOf('localStorage')
const short = storageOf('sessionStorage')

export function lastVisitor(): Member | null {
  try {
    const { id, username }: Partial<Member> = JSON.parse(long?.getItem(place) ?? '{}')
    return typeof id === 'string' && typeof username === 'string' ? { id, username } : null
  } catch {
    return null
  }
}

export function rememberVisitor({ id, username }: Member): void {
  put(long, place, JSON.stringify({ id, username }))
}

/** Unless another account has logged in since, in another tab. */
export function forgetVisitor({ id }: Member): void {
  if (lastVisitor()?.id === id) long?.removeItem(place)
}

export const lastSeen = (userId: string): string | null => long?.getItem(seenPlace(userId)) ?? null

export function rememberSeen(userId: string, messageId: string): void {
  put(long, seenPlace(userId), messageId)
}

export const draftOf = (userId: string): string => short?.getItem(draftPlace(userId)) ?? ''

export function rememberDraft(userId: string, text: string): void {
  put(short, draftPlace(userId), text)
}

export function forgetDraft(userId: string): void {
  short?.removeItem(draftPlace(userId))
}

function put(storage: Storage | undefined, name: string, text: string): void {
  try {
    storage?.setItem(name, text)
  } catch {
    // Full: the next visit knows less, and nothing else.
  }
}
