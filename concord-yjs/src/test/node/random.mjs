/** Whole numbers from 0 to n - 1, for each n that is asked for; the same ones for the same seed. */
export function generator (seed) {
  let state = (seed * 2654435761) >>> 0
  return n => {
    state = (state + 0x6D2B79F5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * n)
  }
}
