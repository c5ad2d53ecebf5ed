plugins {
    id("com.android.application")
    kotlin("android")
    kotlin("plugin.compose")
}

val repository = rootDir.resolve("../..")

android {
    namespace = "linli.app"
    compileSdk = 36

    defaultConfig {
        applicationId = "linli.app"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }

    sourceSets["main"].kotlin {
        // The wrapper, what uniffi generates, and what of the app needs no Android: compiled by Maven as well.
        srcDirs("src/plain/kotlin", repository.resolve("bindings/kotlin/src/main/kotlin"))
        srcDirs(repository.resolve("target/bindings/kotlin"))
    }
    // Written by library.sh.
    sourceSets["main"].jniLibs.srcDirs(repository.resolve("target/bindings/android"))

    buildTypes["release"].isMinifyEnabled = true
    buildTypes["release"].proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard.pro")
    // Libraries lie in the package uncompressed and aligned to 16 KB, and are mapped from there.
    packaging.jniLibs.useLegacyPackaging = false
    buildFeatures.compose = true
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

kotlin.jvmToolchain(17)

dependencies {
    // From 5.17 on its library is aligned to 16 KB.
    implementation("net.java.dev.jna:jna:5.17.0@aar")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.10.2")
    implementation(platform("androidx.compose:compose-bom:2025.05.01"))
    implementation("androidx.compose.material3:material3")
    implementation("androidx.activity:activity-compose:1.10.1")
    implementation("androidx.work:work-runtime-ktx:2.10.1")
    // Reads QR codes on the phone itself, without a Google service.
    implementation("com.journeyapps:zxing-android-embedded:4.3.0")
}
