// The attack itself: calls in several lanes, scripts of frames from many accounts, and scenes, all
// at once, until enough of each was sent.

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { addressAttacks } from './attacks/addresses.ts'
import type { Attack, Target } from './attacks/attack.ts'
import { bodyAttacks } from './attacks/bodies.ts'
import { headerAttacks } from './attacks/headers.ts'
import { injectionAttacks } from './attacks/injection.ts'
import { ownershipAttacks } from './attacks/ownership.ts'
import { schemaAttacks } from './attacks/schema.ts'
import { tokenAttacks } from './attacks/tokens.ts'
import type { Plan } from './plan.ts'
import type { Poller } from './poll.ts'
import { attackByFrames } from './scenes/frames.ts'
import type { Scene } from './scenes/scene.ts'
import { SlowOnes } from './scenes/slow.ts'
import type { Stage } from './stage.ts'
import type { World } from './world.ts'

const madeAtOnce = 100

export function attacks(target: Target): fc.Arbitrary<Attack> {
  return fc.oneof(
    { weight: 8, arbitrary: schemaAttacks(target) },
    { weight: 3, arbitrary: tokenAttacks(target) },
    { weight: 3, arbitrary: addressAttacks(target) },
    { weight: 3, arbitrary: headerAttacks(target) },
    { weight: 3, arbitrary: ownershipAttacks(target) },
    { weight: 2, arbitrary: bodyAttacks(target) },
    { weight: 2, arbitrary: injectionAttacks(target) },
  )
}

export async function assault(
  { stage, socketeers, poller }: World,
  plan: Plan,
  seed: number,
): Promise<void> {
  const wantsCalls = () => stage.requests < plan.requests
  const wantsFrames = () => stage.frames < plan.frames
  const goOn = () => wantsCalls() || wantsFrames()
  const slow = new SlowOnes(stage, plan.slow)
  let chunk = 0
  const nextChunk = () =>
    fc.sample(attacks(stage.parts.target), { seed: seed * 31 + chunk++, numRuns: madeAtOnce })
  try {
    await Promise.all([
      ...Array.from({ length: plan.lanes }, () =>
        attackByCalls(stage, poller, { nextChunk, goOn: wantsCalls }),
      ),
      ...socketeers.map((person, at) =>
        attackByFrames(stage, person, {
          seed: seed * 17 + at * 1_000_003,
          goOn: wantsFrames,
          breathe: () => poller.breathe(),
        }),
      ),
      ...plan.scenes.map((scene) => repeat(stage, poller, { scenes: [scene], goOn })),
      repeat(stage, poller, { scenes: plan.dear, goOn }),
    ])
  } finally {
    slow.end()
  }
}

async function attackByCalls(
  stage: Stage,
  poller: Poller,
  { nextChunk, goOn }: { nextChunk: () => Attack[]; goOn: () => boolean },
): Promise<void> {
  while (goOn()) {
    for (const attack of nextChunk()) {
      if (!goOn()) return
      await poller.breathe()
      await stage.send(attack)
    }
  }
}

/** Each once at least. */
async function repeat(
  stage: Stage,
  poller: Poller,
  { scenes, goOn }: { scenes: Scene[]; goOn: () => boolean },
): Promise<void> {
  for (let played = 0; played < scenes.length || goOn(); played++) {
    const scene = scenes[played % scenes.length]
    if (!scene) return
    await poller.breathe()
    await playScene(stage, scene)
    const until = Date.now() + scene.pauseMs
    while (goOn() && Date.now() < until) await delay(Math.min(200, until - Date.now() + 1))
  }
}

async function playScene(stage: Stage, scene: Scene): Promise<void> {
  const { figures, findings } = stage.parts
  try {
    await scene.play(stage)
    figures.count('scenes')
  } catch (error) {
    findings.report('a scene broke off', scene.name, String((error as Error).stack))
  }
}
