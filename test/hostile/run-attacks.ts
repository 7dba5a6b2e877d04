// Runs the attack: calls in several lanes, scripts of frames from many accounts, and scenarios, all at
// the same time, until enough of each was sent.

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import type { AttackRunner } from './attack-runner.ts'
import type { Attack, Target } from './attacks/attack.ts'
import { bodyAttacks } from './attacks/bodies.ts'
import { headerAttacks } from './attacks/headers.ts'
import { injectionAttacks } from './attacks/injection.ts'
import { moderationByMembers } from './attacks/moderation.ts'
import { ownershipAttacks } from './attacks/ownership.ts'
import { addressAttacks } from './attacks/paths.ts'
import { schemaAttacks } from './attacks/schema.ts'
import { tokenAttacks } from './attacks/tokens.ts'
import type { Harness } from './harness.ts'
import type { HistoryPoller } from './history-poller.ts'
import type { Plan } from './plan.ts'
import { attackByFrames } from './scenarios/frame-scripts.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { SlowConnections } from './scenarios/slow-connections.ts'

const attacksPerChunk = 100

export function attacks(target: Target): fc.Arbitrary<Attack> {
  return fc.oneof(
    { weight: 8, arbitrary: schemaAttacks(target) },
    { weight: 3, arbitrary: tokenAttacks(target) },
    { weight: 3, arbitrary: addressAttacks(target) },
    { weight: 3, arbitrary: headerAttacks(target) },
    { weight: 3, arbitrary: ownershipAttacks(target) },
    { weight: 3, arbitrary: moderationByMembers(target) },
    { weight: 2, arbitrary: bodyAttacks(target) },
    { weight: 2, arbitrary: injectionAttacks(target) },
  )
}

export async function runAttacks(
  { runner, socketAccounts, poller }: Harness,
  plan: Plan,
  seed: number,
): Promise<void> {
  const wantsCalls = () => runner.requests < plan.requests
  const wantsFrames = () => runner.frames < plan.frames
  const shouldContinue = () => wantsCalls() || wantsFrames()
  const slowConnections = new SlowConnections(runner, plan.slowConnections)
  let chunk = 0
  const nextChunk = () =>
    fc.sample(attacks(runner.parts.target), { seed: seed * 31 + chunk++, numRuns: attacksPerChunk })
  try {
    await Promise.all([
      ...Array.from({ length: plan.lanes }, () =>
        attackByCalls(runner, poller, { nextChunk, shouldContinue: wantsCalls }),
      ),
      ...socketAccounts.map((account, at) =>
        attackByFrames(runner, account, {
          seed: seed * 17 + at * 1_000_003,
          shouldContinue: wantsFrames,
          throttle: () => poller.throttle(),
        }),
      ),
      ...plan.scenarios.map((scenario) =>
        repeat(runner, poller, { scenarios: [scenario], shouldContinue }),
      ),
      repeat(runner, poller, { scenarios: plan.accountScenarios, shouldContinue }),
      repeat(runner, poller, { scenarios: plan.castScenarios, shouldContinue }),
    ])
  } finally {
    slowConnections.end()
  }
}

async function attackByCalls(
  runner: AttackRunner,
  poller: HistoryPoller,
  { nextChunk, shouldContinue }: { nextChunk: () => Attack[]; shouldContinue: () => boolean },
): Promise<void> {
  while (shouldContinue()) {
    for (const attack of nextChunk()) {
      if (!shouldContinue()) return
      await poller.throttle()
      await runner.send(attack)
    }
  }
}

/** Runs each scenario at least once. */
async function repeat(
  runner: AttackRunner,
  poller: HistoryPoller,
  { scenarios, shouldContinue }: { scenarios: Scenario[]; shouldContinue: () => boolean },
): Promise<void> {
  for (let played = 0; played < scenarios.length || shouldContinue(); played++) {
    const scenario = scenarios[played % scenarios.length]
    if (!scenario) return
    await poller.throttle()
    await runScenario(runner, scenario)
    const until = Date.now() + scenario.pauseMs
    while (shouldContinue() && Date.now() < until)
      await delay(Math.min(200, until - Date.now() + 1))
  }
}

async function runScenario(runner: AttackRunner, scenario: Scenario): Promise<void> {
  const { metrics, findings } = runner.parts
  try {
    await scenario.run(runner)
    metrics.count('scenarios')
  } catch (error) {
    findings.report('a scenario failed', scenario.name, String((error as Error).stack))
  }
}
