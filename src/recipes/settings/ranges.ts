/** The ranges that settings share. */
import { z } from 'zod';

/** 0–1. */
export const share = () => z.number().min(0).max(1);

/** 0–1, without 1: what is kept of an average. */
export const kept = () => z.number().min(0).lt(1);

/** Above 0. */
export const positive = (max = 1e6) => z.number().gt(0).max(max);

export const nonNegative = (max = 1e6) => z.number().min(0).max(max);

export const whole = (min: number, max = 1e9) => z.int().min(min).max(max);
