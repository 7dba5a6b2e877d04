import { expect, test } from 'vitest'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

type Frame = { event: string; data: { username?: string } }

/** Records the joined and left events that this page receives, as `user_joined Ada`. */
async function recordPresenceFrames({ page }: ChatPage): Promise<string[]> {
  const received: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const frames = [JSON.parse(String(payload))].flat() as Frame[]
      for (const { event, data } of frames)
        if (/^user_(joined|left)$/.test(event)) received.push(`${event} ${data.username}`)
    })
  })
  await page.reload()
  return received
}

test('a second tab causes no joined or left events', async () => {
  const bob = await harness.newUser('Bob')
  const received = await recordPresenceFrames(bob)
  await bob.waitUntilOnline()
  const ada = await harness.newUser('Ada')
  await bob.onlineUser(ada.name).waitFor()

  const second = await ada.context.newPage()
  await second.goto('/')
  await second.locator('.bar[data-state="online"]').waitFor({ state: 'attached' })
  await ada.page.close()
  // When the room reports Carol, who left later, it would have reported Ada already.
  const carol = await harness.newUser('Carol')
  await bob.onlineUser(carol.name).waitFor()
  await carol.context.close()
  await bob.onlineUser(carol.name).waitFor({ state: 'detached' })
  expect(await bob.onlineUser(ada.name).count()).toBe(1)

  await second.close()
  await bob.onlineUser(ada.name).waitFor({ state: 'detached' })
  expect(received.filter((text) => text.endsWith(ada.name))).toEqual([
    `user_joined ${ada.name}`,
    `user_left ${ada.name}`,
  ])
})
