"use strict";
Object.defineProperty(process, "version", { value: process.env.PRETENDED_NODE });
