plugins {
    id("com.android.application") version "8.9.3" apply false
    kotlin("android") version "2.2.21" apply false
    kotlin("plugin.compose") version "2.2.21" apply false
}
