// How many distinct keys a second each signer signs, all in one process and one run, a round of each in turn, so that what
// else the machine does falls on all of them. Prints the median round, and ratios to the vendor's SDK.
// Usage: node bench/sign.mjs

import { cpus } from 'node:os'
import { AUTH_SIGNERS, TOKEN_SIGNERS, URL_SIGNERS } from './lib/rivals.mjs'

const ROUNDS = 15
const WARM_UP_ROUNDS = 3
const LEAST_RATIO = 8

let number = 0

console.log(
  `${cpus()[0]?.model.trim()}, Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
)
const urls = await compare('A presigned URL for a distinct key', URL_SIGNERS)
await compare('The same with a temporary key', TOKEN_SIGNERS)
await compare('An Authorization header', AUTH_SIGNERS)

const ratio = urls.get('cos-presign getPresignedUrl')
console.log(
  `\ngetPresignedUrl is ${ratio.toFixed(1)} times getObjectUrl of cos-nodejs-sdk-v5 (at least ${LEAST_RATIO} is promised, 10 is the aim).`,
)
process.exitCode = ratio >= LEAST_RATIO ? 0 : 1

async function compare(title, signers) {
  for (const signer of signers) await assertSigns(signer)
  const rounds = new Map(signers.map(([name]) => [name, []]))
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const signer of signers) {
      const milliseconds = await timeRound(signer)
      if (round >= WARM_UP_ROUNDS) rounds.get(signer[0]).push(milliseconds)
    }
  }
  const medians = new Map(
    [...rounds].map(([name, times]) => [name, times.sort((a, b) => a - b)[ROUNDS >> 1]]),
  )
  return printTable(title, medians, signers[0][0])
}

async function assertSigns([name, sign, expected]) {
  const made = await sign('check/a.jpg')
  if (!expected.test(made)) throw new Error(`${name} made no signed URL: ${made}`)
  if (made === (await sign('check/b.jpg'))) throw new Error(`${name} does not sign the key`)
}

/** Milliseconds a call; awaiting only where there is a promise, or the others would pay for it. */
async function timeRound([, sign, , calls]) {
  const isPromise = sign('x') instanceof Promise
  const at = performance.now()
  for (let call = 0; call < calls; call++) {
    const made = sign(`photos/2026/11/picture-${number++}.jpg`)
    if (isPromise) await made
  }
  return (performance.now() - at) / calls
}

function printTable(title, medians, base) {
  console.log(`\n${title.padEnd(44)} per second    µs each    ratio`)
  const ratios = new Map()
  for (const [name, milliseconds] of [...medians].sort((a, b) => a[1] - b[1])) {
    ratios.set(name, medians.get(base) / milliseconds)
    const perSecond = Math.round(1000 / milliseconds).toLocaleString('en')
    const microseconds = (milliseconds * 1000).toFixed(1)
    console.log(
      `  ${name.padEnd(42)} ${perSecond.padStart(10)} ${microseconds.padStart(10)} ${ratios.get(name).toFixed(2).padStart(8)}`,
    )
  }
  return ratios
}
