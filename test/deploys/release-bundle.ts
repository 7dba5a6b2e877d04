// Bundles the Worker of this release, and of the release before from the history.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** The last commit of the release before. After a release, name its last commit here. */
export const releaseBefore = 'b9e35401b77b27137419d7d6f2e99aa2cdd0f708'

export function bundleThisRelease(): Promise<string> {
  return bundleWorker(root)
}

/** Bundles it with the packages of this release. */
export async function bundleReleaseBefore(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-chat-release-before-'))
  try {
    execFileSync('tar', ['-x', '-C', folder], { input: archiveOf(releaseBefore) })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return await bundleWorker(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function archiveOf(commit: string): Buffer {
  try {
    return execFileSync('git', ['archive', commit, 'src'], {
      cwd: root,
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    throw new Error(
      `The history does not have the release before, ${commit}. In a shallow clone, run ` +
        '`git fetch --unshallow`; a workflow of GitHub needs `fetch-depth: 0`.',
    )
  }
}

async function bundleWorker(folder: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'src/worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
    external: ['cloudflare:*', 'node:*', ...builtinModules],
  })
  return outputFiles[0]?.text ?? ''
}
