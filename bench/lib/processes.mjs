// How measurements start processes: on chosen cores, with a credential that exists nowhere.

import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

export const CREDENTIAL = {
  SecretId: 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q',
  SecretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz',
}
export const CREDENTIAL_ENV = {
  COS_SECRET_ID: CREDENTIAL.SecretId,
  COS_SECRET_KEY: CREDENTIAL.SecretKey,
  COS_REGION: 'ap-guangzhou',
}

/** Memory that looks like a directory, so that no disk is measured. */
export const RAM_DIRECTORY = statSync('/dev/shm', { throwIfNoEntry: false }) ? '/dev/shm' : undefined

const HAS_TASKSET = spawnSync('taskset', ['--version']).status === 0

/** Program and first arguments that run Node.js on some cores. */
export function pinned(cores) {
  return HAS_TASKSET ? ['taskset', ['-c', cores, process.execPath]] : [process.execPath, []]
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}
