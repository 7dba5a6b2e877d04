// Fetches one page of the history.

import { expect } from 'vitest'
import type { FetchPage } from '../../kit/history.ts'
import { call } from '../../support/chat.ts'

/** @returns null when the room lacks the page and the archive is unavailable */
export const fetchPage: FetchPage = async ({ limit, cursor }) => {
  const answer = await call(`/messages?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
  if (answer.status === 503) return null
  expect(answer.status).toBe(200)
  return answer.json()
}
